import type { CameraTarget } from './cameras/lab-cameras';
import type { InventoryCliDevice } from './fleet/device-fleet.client';
import type { AccountRights } from './linux-hosts/host-plan';
import type { InventorySink } from './message-sinks/lab-sinks';
import type { InventoryReceiver } from './receivers/receiver-fleet';
import type { InventoryVoiceGear } from './voice-gear/voice-gear-fleet';

/** How the lab's hosts are kept apart. */
export type LabMode = 'namespaces' | 'loopback';

/** A host key a client may meet. */
export interface HostKey {
  /** As in SSH, e.g. `ssh-ed25519`. */
  readonly type: string;
  /** `SHA256:` and unpadded base64, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/** Credentials of one account of a target. */
export interface InventoryAccount {
  readonly username: string;
  /** Absent where only the key is accepted. */
  readonly password?: string;
  readonly rights: AccountRights;
}

/** One simulated target. */
export interface InventoryTarget {
  readonly kind: 'packet-capture';
  readonly device_type: 'linux';
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The account to use first; `password` and `private_key` are its own. */
  readonly username: string;
  readonly password?: string;
  /** OpenSSH private key that every account of the target accepts. */
  readonly private_key: string;
  readonly interface: string;
  /** Whether the first account may capture there, by itself or by `sudo -n`. */
  readonly can_capture: boolean;
  readonly host_keys: readonly HostKey[];
  readonly accounts: readonly InventoryAccount[];
  readonly emits: readonly string[];
  readonly faults: ReadonlyArray<{ readonly name: string; readonly meaning: string }>;
  /** Control words this target understands. */
  readonly controls: readonly string[];
  /** First process of the target on this machine, for `nsenter --target`. */
  readonly pid: number;
}

/** Everything a lab offers: one line of JSON on standard output once it is ready. */
export interface Inventory {
  readonly event: 'ready';
  readonly format: 'capstan-lab/1';
  readonly mode: LabMode;
  /** Why this mode; in loopback also what is missing for the better one. */
  readonly mode_reason: string;
  readonly pid: number;
  readonly dir: string;
  /** Seed of the traffic. */
  readonly seed: number;
  readonly network: {
    readonly cidr: string;
    /** Address of this machine as the hosts see it. */
    readonly machine: string;
    /** An address of the network that nobody has. */
    readonly unused: string;
    readonly bridge?: string;
  };
  readonly targets: readonly InventoryTarget[];
  readonly voice_gear: readonly InventoryVoiceGear[];
  readonly cameras: readonly CameraTarget[];
  readonly receivers: readonly InventoryReceiver[];
  readonly cli_devices: readonly InventoryCliDevice[];
  readonly message_sinks: readonly InventorySink[];
}

/** The inventory for people. */
export function inventoryTable(inventory: Inventory): string {
  const rows = inventory.targets.map((target) => [
    target.name,
    `${target.device_type}`,
    `${target.host}:${target.port}`,
    target.interface,
    target.username,
    target.password ?? '(key)',
    target.can_capture ? 'yes' : 'no',
    target.faults.map((fault) => fault.name).join(' ') || '-',
  ]);
  const table = [['NAME', 'TYPE', 'ADDRESS', 'INTERFACE', 'USER', 'PASSWORD', 'CAPTURES', 'FAULTS'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const text = table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
  const receivers = inventory.receivers.map((receiver) => `${receiver.name.padEnd(10)} ${receiver.protocol.padEnd(8)} ${receiver.host}:${receiver.port}${receiver.faults.length === 0 ? '' : `  ${receiver.faults.join(' ')}`}`);
  const first = inventory.targets[0];
  const login = first?.password === undefined ? `ssh -i ${inventory.dir}/lab_key -p ${first?.port}` : 'ssh';
  return [
    `Lab of ${inventory.targets.length} linux targets, ${inventory.mode} (${inventory.mode_reason}), network ${inventory.network.cidr}`,
    '',
    ...text,
    '',
    ...inventory.voice_gear.map(({ name, device_type: type, version, host, port, username, password, faults }) => `${name.padEnd(16)} ${type.padEnd(10)} ${version.padEnd(18)} ${`${host}:${port}`.padEnd(22)} ${username} ${password}  ${faults.map((fault) => fault.name).join(' ')}`.trimEnd()),
    ...cameraLines(inventory.cameras),
    ...(first === undefined ? [] : [`Try: ${login} ${first.username}@${first.host} tcpdump -c 10 -nn -i ${first.interface} udp`]),
    ...receivers,
    ...fleetLines(inventory.cli_devices),
    ...inventory.message_sinks.map(({ name, kind, host, port, url }) => `${name.padEnd(16)} ${kind.padEnd(10)} ${url ?? `${host}:${port}`}`),
    'Ctrl-C stops the lab and removes everything it made.',
    '',
  ].join('\n');
}

/** Devices shown by name; a large fleet would bury everything else. */
const SHOWN_DEVICES = 12;

function fleetLines(devices: readonly InventoryCliDevice[]): string[] {
  const shown = devices.slice(0, SHOWN_DEVICES).map(({ name, platform, address, port, username, password, enable, faults }) => `${name.padEnd(16)} ${platform.padEnd(14)} ${`${address}:${port}`.padEnd(22)} ${username} ${password}${enable === undefined ? '' : `  enable ${enable}`}  ${faults.join(' ')}`.trimEnd());
  return [...shown, ...(devices.length > SHOWN_DEVICES ? [`… and ${devices.length - SHOWN_DEVICES} more devices with a command line; --json names them all`] : [])];
}

function cameraLines(cameras: readonly CameraTarget[]): string[] {
  if (cameras.length === 0) {
    return [];
  }
  return [...cameras.map((camera) => `${camera.name}  ${camera.rtsp_url}  ${camera.codec} ${camera.resolution} ${camera.fps}/s  ${camera.auth === 'none' ? 'no sign-in' : `${camera.auth} ${camera.username} ${camera.password}`}  ${camera.faults.map((fault) => fault.name).join(' ')}`.trimEnd()), ''];
}
