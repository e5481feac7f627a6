import { parseArgs } from 'node:util';
import { AppError } from '@capstan/kernel';
import { CAMERA_FAULT_MEANING, CAMERA_FAULTS, type CameraFault } from './cameras/camera-plan';
import type { FleetWishes } from './fleet/device-fleet.client';
import { FLEET_FAULTS, fleetFault } from './fleet/fleet-faults';
import { MAX_FLEET, parseMix } from './fleet/fleet-plan';
import type { LabMode } from './inventory';
import { FAULT_MEANING, HOST_FAULTS, type HostFault, isHostFault } from './linux-hosts/faults';
import { MAX_HOSTS } from './linux-hosts/host-plan';
import { parseReceiverFault, RECEIVER_FAULTS } from './receivers/fault-words';
import type { SinkWishes } from './message-sinks/lab-sinks';
import type { ReceiverWishes } from './receivers/receiver-fleet';
import { GEAR_FAULT_WORDS, gearFault } from './voice-gear/gear-fault-words';
import type { VoiceGearWishes } from './voice-gear/voice-gear-fleet';
import { DEFAULT_CALLS_PER_MIN, MAX_CALLS_PER_MIN } from './voice-traffic/call-plan';

/** What the command line asks for. */
export interface LabOptions {
  readonly json: boolean;
  readonly help: boolean;
  readonly hosts: number;
  readonly cameras: number;
  /** Faults of cameras by 1-based number. */
  readonly cameraFaults: ReadonlyMap<number, CameraFault>;
  /** Whether all cameras send 1080p25 with a keyframe each 4 s. */
  readonly hdCameras: boolean;
  /** Working folder; a new one under the system's temporary folder when absent. */
  readonly dir?: string;
  /** Faults by 1-based host number. */
  readonly faults: ReadonlyMap<number, readonly HostFault[]>;
  readonly mode: LabMode | 'auto';
  readonly seed: number;
  readonly callsPerMin: number;
  /** Size of /tmp of a host without the fault `small-tmp`. */
  readonly tmpMiB: number;
  readonly voiceGear: VoiceGearWishes;
  readonly receivers: ReceiverWishes;
  readonly fleet: FleetWishes;
  /** Whether there is a real router. */
  readonly router: boolean;
  readonly sinks: SinkWishes;
}

/** Most devices of each type of voice gear. */
const MAX_VOICE_GEAR = 30;

/** Most cameras of a lab. */
export const MAX_CAMERAS = 200;
const MAX_RECEIVERS = 500;

/** Text of `--help`. */
export const USAGE = [
  'Usage: lab [options]',
  '',
  'Starts simulated targets and stays up until Ctrl-C.',
  '',
  '  --json                one line of JSON (the inventory) on standard output; everything else goes to standard error',
  `  --hosts N             linux hosts, 0 to ${MAX_HOSTS} (3)`,
  '  --faults N=F[,N=F]    fault F on host N, repeatable:',
  ...HOST_FAULTS.map((fault) => `                          ${fault.padEnd(14)} ${FAULT_MEANING[fault]}`),
  `  --voice-gear N        CUCM, CUBE, CSR1000v and Expressway, N of each, 0 to ${MAX_VOICE_GEAR} (1)`,
  '  --gear-faults NAME=F[,NAME=F]   fault F at SSH gear such as lab-cucm-1, repeatable:',
  ...Object.entries(GEAR_FAULT_WORDS).map(([fault, { meaning }]) => `                          ${fault.padEnd(26)} ${meaning}`),
  `  --cameras N           RTSP cameras, 0 to ${MAX_CAMERAS} (6; 0 where ffmpeg is missing)`,
  '  --hd-cameras          all cameras send H.264 1080p25 at 4 Mbit/s with a keyframe each 4 s',
  '  --camera-faults N=F[,N=F]  fault F on camera N, repeatable:',
  ...CAMERA_FAULTS.map((fault) => `                          ${fault.padEnd(14)} ${CAMERA_FAULT_MEANING[fault]}`),
  '  --mode MODE           namespaces, loopback or auto (auto: namespaces where the machine allows them)',
  `  --calls-per-min N     new voice calls per minute, 0 to ${MAX_CALLS_PER_MIN} (${DEFAULT_CALLS_PER_MIN})`,
  '  --seed N              seed of the voice traffic (1)',
  '  --tmp-mib N           size of a host\'s /tmp (256)',
  '  --kiwi N              simulated KiwiSDR receivers (0)',
  '  --rtl-tcp N           simulated rtl_tcp dongles (0)',
  '  --http-iq N           simulated receivers that serve IQ over HTTP (0)',
  '  --receiver-faults NAME=F[,NAME=F]   fault F at a KiwiSDR such as kiwi-3, repeatable:',
  ...Object.entries(RECEIVER_FAULTS).map(([fault, meaning]) => `                          ${fault.padEnd(14)} ${meaning}`),
  `  --fleet N             devices with a command line, 0 to ${MAX_FLEET} (0)`,
  '  --fleet-mix MIX       shares of ios, nxos, eos, junos, frr and linux (ios=60,nxos=20,eos=20)',
  '  --fleet-think MS[,MS] median and 99th percentile of the time before an answer; 0 is none (150,2000)',
  '  --fleet-payload P     usual, or small: short configurations and tables (usual)',
  '  --fleet-port N        port of every device (2022)',
  '  --fleet-faults usual|NAME=F[,NAME=F]   the usual mix, or fault F at a device, repeatable:',
  ...Object.entries(FLEET_FAULTS).map(([fault, { meaning }]) => `                          ${fault.padEnd(20)} ${meaning}`),
  '  --router              a real router: FRRouting behind sshd',
  '  --mail-sink           an SMTP server that keeps what it is sent',
  '  --webhook-sink        a web server that keeps what is posted to it',
  '  --dir DIR             working folder (a new one under the temporary folder)',
  '',
].join('\n');

/**
 * Reads the command line.
 * @throws AppError `LAB_BAD_OPTION`
 */
export function parseOptions(args: readonly string[]): LabOptions {
  const { values } = readArgs(args);
  const hosts = integer('--hosts', values.hosts, 0, MAX_HOSTS);
  const cameras = integer('--cameras', values.cameras, 0, MAX_CAMERAS);
  const mode = values.mode;
  if (mode !== 'auto' && mode !== 'namespaces' && mode !== 'loopback') {
    throw bad(`--mode is namespaces, loopback or auto, not ${mode}`);
  }
  const seed = integer('--seed', values.seed, 0, 2 ** 32 - 1);
  return {
    json: values.json,
    help: values.help,
    hosts,
    cameras,
    cameraFaults: parseCameraFaults(values['camera-faults'].flatMap((list) => list.split(',')), cameras),
    hdCameras: values['hd-cameras'],
    dir: values.dir,
    faults: parseFaults(values.faults.flatMap((list) => list.split(',')), hosts),
    mode,
    seed,
    callsPerMin: integer('--calls-per-min', values['calls-per-min'], 0, MAX_CALLS_PER_MIN),
    tmpMiB: integer('--tmp-mib', values['tmp-mib'], 1, 65_536),
    voiceGear: {
      each: integer('--voice-gear', values['voice-gear'], 0, MAX_VOICE_GEAR),
      faults: parseGearFaults(values['gear-faults'].flatMap((list) => list.split(','))),
      seed,
    },
    receivers: {
      kiwi: integer('--kiwi', values.kiwi, 0, MAX_RECEIVERS),
      rtlTcp: integer('--rtl-tcp', values['rtl-tcp'], 0, MAX_RECEIVERS),
      httpIq: integer('--http-iq', values['http-iq'], 0, MAX_RECEIVERS),
      faults: parseReceiverFaults(values['receiver-faults'].flatMap((list) => list.split(','))),
      seed,
    },
    fleet: fleetWishes(values, seed),
    router: values.router,
    sinks: { mail: values['mail-sink'], webhook: values['webhook-sink'] },
  };
}

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        hosts: { type: 'string', default: '3' },
        cameras: { type: 'string', default: '6' },
        'camera-faults': { type: 'string', multiple: true, default: [] },
        'hd-cameras': { type: 'boolean', default: false },
        dir: { type: 'string' },
        faults: { type: 'string', multiple: true, default: [] },
        mode: { type: 'string', default: 'auto' },
        seed: { type: 'string', default: '1' },
        'calls-per-min': { type: 'string', default: String(DEFAULT_CALLS_PER_MIN) },
        'tmp-mib': { type: 'string', default: '256' },
        'voice-gear': { type: 'string', default: '1' },
        'gear-faults': { type: 'string', multiple: true, default: [] },
        kiwi: { type: 'string', default: '0' },
        'rtl-tcp': { type: 'string', default: '0' },
        'http-iq': { type: 'string', default: '0' },
        'receiver-faults': { type: 'string', multiple: true, default: [] },
        fleet: { type: 'string', default: '0' },
        'fleet-mix': { type: 'string', default: 'ios=60,nxos=20,eos=20' },
        'fleet-think': { type: 'string', default: '150,2000' },
        'fleet-payload': { type: 'string', default: 'usual' },
        'fleet-port': { type: 'string', default: '2022' },
        'fleet-faults': { type: 'string', multiple: true, default: [] },
        router: { type: 'boolean', default: false },
        'mail-sink': { type: 'boolean', default: false },
        'webhook-sink': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw bad((error as Error).message);
  }
}

function parseFaults(pairs: readonly string[], hosts: number): Map<number, HostFault[]> {
  const faults = new Map<number, HostFault[]>();
  for (const pair of pairs) {
    const [number = '', fault = ''] = pair.split('=');
    const index = integer('--faults', number, 1, hosts);
    if (!isHostFault(fault)) {
      throw bad(`--faults knows ${HOST_FAULTS.join(', ')}, not ${fault || 'nothing'}`);
    }
    faults.set(index, [...(faults.get(index) ?? []), fault]);
  }
  return faults;
}

function parseGearFaults(pairs: readonly string[]): Map<string, string[]> {
  const faults = new Map<string, string[]>();
  for (const pair of pairs) {
    const [name = '', word = ''] = pair.split('=');
    if (!/^lab-(?:cucm|cube|csr1000v)-\d+$/.test(name)) {
      throw bad(`--gear-faults takes names such as lab-cucm-1, not ${name || 'nothing'}`);
    }
    try {
      gearFault(word);
    } catch (error) {
      throw bad((error as Error).message);
    }
    faults.set(name, [...(faults.get(name) ?? []), word]);
  }
  return faults;
}

function parseCameraFaults(pairs: readonly string[], cameras: number): Map<number, CameraFault> {
  const faults = new Map<number, CameraFault>();
  for (const pair of pairs) {
    const [number = '', word = ''] = pair.split('=');
    const index = integer('--camera-faults', number, 1, cameras);
    const fault = CAMERA_FAULTS.find((known) => known === word);
    if (fault === undefined) {
      throw bad(`--camera-faults knows ${CAMERA_FAULTS.join(', ')}, not ${word || 'nothing'}`);
    }
    faults.set(index, fault);
  }
  return faults;
}

function parseReceiverFaults(pairs: readonly string[]): Map<string, string[]> {
  const faults = new Map<string, string[]>();
  for (const pair of pairs) {
    const [name = '', fault = ''] = pair.split('=');
    if (!/^kiwi-\d+$/.test(name)) {
      throw bad(`--receiver-faults takes names such as kiwi-3, not ${name || 'nothing'}`);
    }
    parseReceiverFault(fault);
    faults.set(name, [...(faults.get(name) ?? []), fault]);
  }
  return faults;
}

function fleetWishes(values: ReturnType<typeof readArgs>['values'], seed: number): FleetWishes {
  const payload = values['fleet-payload'];
  if (payload !== 'usual' && payload !== 'small') {
    throw bad(`--fleet-payload is usual or small, not ${payload}`);
  }
  const [median = '', p99 = median, ...more] = values['fleet-think'].split(',');
  const medianMs = integer('--fleet-think', median, 0, 60_000);
  const p99Ms = integer('--fleet-think', p99, medianMs, 600_000);
  if (more.length > 0) {
    throw bad('--fleet-think takes a median and a 99th percentile');
  }
  const words = values['fleet-faults'].flatMap((list) => list.split(','));
  return {
    count: integer('--fleet', values.fleet, 0, MAX_FLEET),
    mix: parseMix(values['fleet-mix']),
    payload,
    think: { medianMs, p99Ms },
    port: integer('--fleet-port', values['fleet-port'], 1, 65_535),
    faults: parseFleetFaults(words.filter((word) => word !== 'usual')),
    usualFaults: words.includes('usual'),
    seed,
  };
}

function parseFleetFaults(pairs: readonly string[]): Map<string, string[]> {
  const faults = new Map<string, string[]>();
  for (const pair of pairs) {
    const [name = '', word = ''] = pair.split('=');
    fleetFault(word);
    faults.set(name, [...(faults.get(name) ?? []), word]);
  }
  return faults;
}

function integer(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
    throw bad(`${name} takes a whole number from ${least} to ${most}, not ${text || 'nothing'}`);
  }
  return value;
}

const bad = (message: string): AppError => new AppError('LAB_BAD_OPTION', message);
