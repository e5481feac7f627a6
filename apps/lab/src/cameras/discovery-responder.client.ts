import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const GROUP = '239.255.255.250';
const PORT = 3_702;

/** A device that answers. */
export interface Discoverable {
  readonly name: string;
  readonly hardware: string;
  readonly address: string;
}

/**
 * Answers the question who is there (WS-Discovery 1.1 §5.3) for all cameras of the lab, on loopback only. Several labs on one
 * machine answer side by side.
 */
export class DiscoveryResponder {
  private constructor(private readonly socket: Socket) {}

  /** Undefined where the port cannot be had: cameras work without it. */
  static async start(devices: () => readonly Discoverable[]): Promise<DiscoveryResponder | undefined> {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    try {
      socket.bind(PORT, GROUP);
      await once(socket, 'listening');
      socket.addMembership(GROUP, '127.0.0.1');
    } catch {
      socket.close();
      return undefined;
    }
    socket.on('error', () => undefined);
    socket.on('message', (bytes, from) => {
      const question = bytes.toString('utf8');
      const id = /MessageID[^>]*>([^<]+)</.exec(question)?.[1];
      if (id === undefined || !question.includes('Probe') || !question.includes('NetworkVideoTransmitter')) {
        return;
      }
      for (const device of devices()) {
        socket.send(answer(device, id), from.port, from.address);
      }
    });
    return new DiscoveryResponder(socket);
  }

  stop(): void {
    this.socket.close();
  }
}

function answer({ name, hardware, address }: Discoverable, id: string): string {
  const scopes = ['type/video_encoder', `name/${encodeURIComponent(name)}`, `hardware/${encodeURIComponent(hardware)}`, 'location/lab'].map((scope) => `onvif://www.onvif.org/${scope}`).join(' ');
  return (
    `<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">` +
    `<SOAP-ENV:Header><wsa:RelatesTo>${id}</wsa:RelatesTo><wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action></SOAP-ENV:Header><SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch>` +
    `<wsa:EndpointReference><wsa:Address>urn:capstan-lab:${encodeURIComponent(name)}</wsa:Address></wsa:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>${scopes}</d:Scopes><d:XAddrs>${address}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>` +
    `</d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>`
  );
}
