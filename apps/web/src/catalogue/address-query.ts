/** Tables that can be looked through, with what can be looked for. */
export const WHATS = {
  arp: { title: 'Addresses', label: 'Address, network or MAC', placeholder: '10.1.2.3, 10.1.0.0/16 or 00:11:22' },
  mac: { title: 'MAC locations', label: 'MAC or port', placeholder: '00:11:22:33:44:55 or Gi1/0/1' },
  neighbors: { title: 'Neighbours', label: 'Name, port or address', placeholder: 'core-1' },
  routes: { title: 'Routes', label: 'Address or network', placeholder: '10.1.2.3 or 10.0.0.0/8' },
} as const;
/** See {@link WHATS}. */
export type What = keyof typeof WHATS;

/** The table an address names; ARP unless it names one. */
export function whatOf(text: string | null): What {
  return text !== null && Object.hasOwn(WHATS, text) ? (text as What) : 'arp';
}

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const MAC_LIKE = /^[0-9a-f]{2,12}$/i;

/** What a text means in a table: people paste addresses and MACs in every notation into one field. */
export function addressQuery(what: What, text: string): { ip?: string; mac?: string; prefix?: string; port?: string; q?: string } {
  const given = text.trim();
  if (given === '') {
    return {};
  }
  const digits = given.replace(/[:.\-]/g, '');
  const isIp = IPV4.test(given) || given.includes('/') || given.includes('::') || given.split(':').length === 8;
  switch (what) {
    case 'arp':
      return isIp ? { ip: given } : { mac: given };
    case 'mac':
      return MAC_LIKE.test(digits) && !given.includes('/') ? { mac: given } : { port: given };
    case 'neighbors':
      return { q: given };
    default:
      return given.includes('/') ? { prefix: given } : { ip: given };
  }
}

/** The instant of a `datetime-local` field, which is in the viewer's zone; undefined of what is none. */
export function fromLocalInput(text: string): string | undefined {
  const at = text === '' ? Number.NaN : new Date(text).getTime();
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
