import { elements, textOf } from './soap';

/** A device as its answer describes it. */
export interface Match {
  readonly host: string;
  readonly port: number;
  readonly name: string | null;
  readonly hardware: string | null;
  readonly location: string | null;
}

const MAX_MATCHES = 16;

/** The question for video devices. @param id a UUID */
export function probeMessage(id: string): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header>` +
    `<a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>uuid:${id}</a:MessageID>` +
    `<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body><Probe xmlns="http://schemas.xmlsoap.org/ws/2005/04/discovery">` +
    `<d:Types xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl">dn:NetworkVideoTransmitter</d:Types></Probe></s:Body></s:Envelope>`
  );
}

/** Devices of one answer. */
export function readMatches(xml: string): Match[] {
  return elements(xml, 'ProbeMatch')
    .slice(0, MAX_MATCHES)
    .flatMap(({ content }) => {
      const scopes = (textOf(content, 'Scopes') ?? '').split(/\s+/);
      const address = (textOf(content, 'XAddrs') ?? '').split(/\s+/).find((text) => /^https?:\/\//i.test(text));
      if (address === undefined || !URL.canParse(address)) {
        return [];
      }
      const { hostname, port, protocol } = new URL(address);
      return [{ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)), name: scope(scopes, 'name'), hardware: scope(scopes, 'hardware'), location: scope(scopes, 'location') }];
    });
}

/** ONVIF Core §7.3.2.2: `onvif://www.onvif.org/name/Front%20door`. */
function scope(scopes: readonly string[], kind: string): string | null {
  const prefix = `onvif://www.onvif.org/${kind}/`;
  const value = scopes.find((text) => text.startsWith(prefix))?.slice(prefix.length);
  if (value === undefined || value === '') {
    return null;
  }
  try {
    return decodeURIComponent(value).slice(0, 200);
  } catch {
    return value.slice(0, 200);
  }
}
