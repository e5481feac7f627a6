import { hostAddress } from '@capstan/contracts';

/** Peers of a cluster, in the device's order. */
export interface ClusterPeers {
  readonly peers: readonly string[];
  /** The peer whose configuration counts; undefined where the device does not tell. */
  readonly primary: string | undefined;
}

/** An Expressway cluster has at most six peers. */
const MOST_PEERS = 6;
const ADDRESS_FIELD = /^(?:ip|ip_?address|address|host(?:_?name)?|fqdn|peer(?:_?address)?|name)$/i;
const PRIMARY_FIELD = /primary|master/i;

/**
 * Reads the answer to GET cluster/peers: a list of peers as objects with an address, or as bare addresses; the primary is marked on
 * its peer, or named beside the list by address or by number from 1. What is no address is left out: it goes into connections.
 */
export function readClusterPeers(answer: unknown): ClusterPeers {
  const found: { address: string; primary: boolean }[] = [];
  let named: string | undefined;
  const visit = (value: unknown, depth: number, key: string): void => {
    if (typeof value === 'string' && /peer|address/i.test(key)) {
      add(value, false);
    }
    if (typeof value !== 'object' || value === null || depth > 4) {
      return;
    }
    if (Array.isArray(value)) {
      value.forEach((item) => visit(item, depth + 1, key === '' ? 'peers' : key));
      return;
    }
    const fields = Object.entries(value);
    const own = fields.find(([name, field]) => ADDRESS_FIELD.test(name) && typeof field === 'string' && isAddress(field));
    if (own !== undefined) {
      add(String(own[1]), fields.some(([name, field]) => PRIMARY_FIELD.test(name) && isTrue(field)));
      return;
    }
    for (const [name, field] of fields) {
      if (PRIMARY_FIELD.test(name) && (typeof field === 'string' || typeof field === 'number')) {
        named = String(field);
      } else {
        visit(field, depth + 1, name);
      }
    }
  };
  const add = (address: string, primary: boolean): void => {
    if (isAddress(address) && found.length < MOST_PEERS && !found.some((peer) => peer.address === address)) {
      found.push({ address: address.trim(), primary });
    }
  };
  visit(answer, 0, '');
  const peers = found.map(({ address }) => address);
  const byName = named !== undefined && /^\d$/.test(named) ? peers[Number(named) - 1] : peers.find((peer) => peer === named);
  return { peers, primary: found.find((peer) => peer.primary)?.address ?? byName };
}

function isAddress(text: string): boolean {
  return hostAddress.safeParse(text).success && /[.:]/.test(text);
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1 || (typeof value === 'string' && /^(?:true|yes|1|primary|master)$/i.test(value.trim()));
}
