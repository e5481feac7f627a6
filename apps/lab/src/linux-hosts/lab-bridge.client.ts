import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { commandWorks, runCommand } from '../system-command.client';

/** Marks interfaces as the lab's own (`ip link set alias`); only what carries it is ever removed. */
const ALIAS = 'capstan-lab';

const BRIDGE_FILTER = '/proc/sys/net/bridge/bridge-nf-call-iptables';

/** Delay of the fault `slow`, added to every packet towards the host. */
export const SLOW_DELAY = '150ms';

/** Last octet of the machine's own address on the bridge. */
export const MACHINE_OCTET = 254;

/** Last octet that is never given to anybody. */
export const UNUSED_OCTET = 253;

/** First three octets of a slot's network, in the range that RFC 2544 keeps for benchmarks. */
export const slotPrefix = (slot: number): string => `198.18.${slot}`;

/** Interface names of a slot; at most 15 characters, the kernel's limit. */
export const bridgeName = (slot: number): string => `clab${slot}`;
export const vethName = (slot: number, host: number): string => `clab${slot}h${host}`;

/** Whether this machine uses nothing of the slot's network or names. */
export function slotIsFree(slot: number): boolean {
  const addresses = Object.values(networkInterfaces()).flat().map((entry) => entry?.address ?? '');
  return !addresses.some((address) => address.startsWith(`${slotPrefix(slot)}.`)) && !existsSync(`/sys/class/net/${bridgeName(slot)}`);
}

export async function createBridge(slot: number): Promise<string> {
  const name = bridgeName(slot);
  await runCommand('ip', ['link', 'add', name, 'type', 'bridge']);
  await runCommand('ip', ['link', 'set', name, 'alias', ALIAS]);
  quietIpv6(name);
  await runCommand('ip', ['addr', 'add', `${slotPrefix(slot)}.${MACHINE_OCTET}/24`, 'dev', name]);
  await runCommand('ip', ['link', 'set', name, 'up']);
  return name;
}

/** Joins the network namespace of `initPid` to the bridge; inside, the interface is `eth0`. */
export async function plugIn(slot: number, host: number, initPid: number): Promise<void> {
  const veth = vethName(slot, host);
  await runCommand('ip', ['link', 'add', veth, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(initPid)]);
  await runCommand('ip', ['link', 'set', veth, 'alias', ALIAS]);
  quietIpv6(veth);
  await runCommand('ip', ['link', 'set', veth, 'master', bridgeName(slot), 'up']);
}

export async function setPlug(slot: number, host: number, up: boolean): Promise<void> {
  await runCommand('ip', ['link', 'set', vethName(slot, host), up ? 'up' : 'down']);
}

/** Takes a plug or bridge away if it is there and carries the lab's mark. */
export async function removeInterface(name: string): Promise<void> {
  try {
    if (readFileSync(`/sys/class/net/${name}/ifalias`, 'utf8').trim() === ALIAS) {
      await runCommand('ip', ['link', 'del', name]);
    }
  } catch {
    // Gone already: the kernel takes a veth away with the namespace of its other end.
  }
}

/** Whether the kernel can delay packets (module sch_netem). Tried on the bridge, which carries nothing yet. */
export async function canDelay(bridge: string): Promise<boolean> {
  const works = await commandWorks('tc', ['qdisc', 'add', 'dev', bridge, 'root', 'netem', 'delay', '1ms']);
  if (works) {
    await runCommand('tc', ['qdisc', 'del', 'dev', bridge, 'root']);
  }
  return works;
}

export async function delayHost(slot: number, host: number): Promise<void> {
  await runCommand('tc', ['qdisc', 'add', 'dev', vethName(slot, host), 'root', 'netem', 'delay', SLOW_DELAY]);
}

/** A warning when the machine's firewall also filters bridged packets, as Docker arranges; then hosts may not reach each other. */
export function firewallWarning(): string | undefined {
  const filters = existsSync(BRIDGE_FILTER) && readFileSync(BRIDGE_FILTER, 'utf8').trim() === '1';
  return filters ? 'bridged packets pass this machine\'s iptables rules (bridge-nf-call-iptables is 1); if no calls complete, allow the lab\'s bridge in FORWARD' : undefined;
}

/** The lab's network is IPv4 only; without this the machine would announce itself on it by IPv6. */
function quietIpv6(name: string): void {
  const setting = `/proc/sys/net/ipv6/conf/${name}/disable_ipv6`;
  if (existsSync(setting)) {
    writeFileSync(setting, '1');
  }
}
