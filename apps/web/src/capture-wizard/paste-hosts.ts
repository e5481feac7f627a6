import { CAPTURE_DEVICE_TYPES, type CaptureDeviceType, hostAddress, interfaceName } from '@capstan/contracts';

/** One line of pasted text. */
export interface PastedHost {
  readonly line: number;
  /** Undefined where the line names none. */
  readonly deviceType?: CaptureDeviceType;
  readonly host: string;
  readonly port: number | '';
  readonly interface: string;
  readonly problem?: string;
}

/**
 * Hosts from pasted text: one a line or separated by commas, each `host`, `host:port` or `[v6]:port`, optionally with the type
 * of the device in front of it and an interface behind it: `cube edge-1:2222 Gi2`. Lines that are empty or begin with `#` are skipped.
 */
export function parseHosts(pasted: string): readonly PastedHost[] {
  return pasted.split(/\r?\n/).flatMap((line, index) =>
    line.trim().startsWith('#')
      ? []
      : line
          .split(/[,;]/)
          .map((part) => part.trim())
          .filter((part) => part !== '')
          .map((part) => parseOne(part, index + 1)),
  );
}

function parseOne(part: string, line: number): PastedHost {
  const words = part.split(/\s+/);
  const deviceType = words.length > 1 ? CAPTURE_DEVICE_TYPES.find((type) => type === words[0]?.toLowerCase()) : undefined;
  const [address = '', network = '', ...rest] = deviceType === undefined ? words : words.slice(1);
  const { host, port } = splitPort(address);
  const given: PastedHost = { line, host, port: port === undefined ? '' : Number(port), interface: network, ...(deviceType === undefined ? {} : { deviceType }) };
  if (rest.length > 0) {
    return { ...given, problem: 'has more than a type, a host and an interface' };
  }
  if (!hostAddress.safeParse(host).success) {
    return { ...given, problem: 'is not a host name or an IP address' };
  }
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) {
    return { ...given, problem: 'has a port that is not between 1 and 65535' };
  }
  return network === '' || interfaceName.safeParse(network).success ? given : { ...given, problem: 'has something that is not an interface name' };
}

function splitPort(address: string): { host: string; port: string | undefined } {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(address);
  if (bracketed !== null) {
    return { host: bracketed[1] ?? '', port: bracketed[2] };
  }
  // More than one colon is an IPv6 address without a port.
  const single = /^([^:]+):(\d+)$/.exec(address);
  return single === null ? { host: address, port: undefined } : { host: single[1] ?? '', port: single[2] };
}
