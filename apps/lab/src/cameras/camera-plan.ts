/** Codecs a lab camera can send. */
export const CAMERA_CODECS = ['h264', 'h265', 'mjpeg'] as const;
/** One of {@link CAMERA_CODECS}. */
export type CameraCodec = (typeof CAMERA_CODECS)[number];

/** What a lab camera can be made to do wrong, and what that means. Faults change while it runs, see the control `camera-fault`. */
export const CAMERA_FAULT_MEANING = {
  none: 'behaves',
  401: 'refuses every credential',
  404: 'does not know its own path',
  461: 'refuses every transport at SETUP',
  503: 'answers 503 to DESCRIBE',
  silent: 'accepts connections and never answers',
  'slow-describe': 'answers DESCRIBE after 3 s',
  stall: 'stops sending packets and keeps the connection',
  'mid-frame': 'stops in the middle of a frame and keeps the connection',
  frozen: 'keeps sending the same picture',
  black: 'sends black pictures',
  blur: 'sends pictures out of focus',
  covered: 'sends the even grey of a covered lens',
  moved: 'looks at another scene',
  lossy: 'leaves out every 50th packet',
  'session-limit': 'takes one session at a time (453 for others)',
} as const;
/** Name of a fault. */
export type CameraFault = `${keyof typeof CAMERA_FAULT_MEANING}`;
/** Every fault. */
export const CAMERA_FAULTS = Object.keys(CAMERA_FAULT_MEANING) as CameraFault[];

/** What the lens of a lab camera sees. */
export type Scene = 'street' | 'frozen' | 'black' | 'blur' | 'covered' | 'moved';

/** One camera of the lab. */
export interface CameraPlan {
  readonly name: string;
  readonly codec: CameraCodec;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Seconds between keyframes; a divisor of {@link LOOP_SEC}. */
  readonly gopSec: number;
  /**
   * Milliseconds by which its loop runs behind the wall clock. Cameras know nothing of each other: with all keyframes at the
   * same moment, whoever decodes them would work in bursts that no real fleet causes.
   */
  readonly phaseMs: number;
  /** Bits per second in thousands; undefined for an even quality instead. */
  readonly kbps?: number;
  readonly auth: 'none' | 'basic' | 'digest';
  readonly username: string;
  readonly password: string;
  readonly fault: CameraFault;
}

/**
 * Seconds of a loop. A divisor of a minute, and loops are played by the wall clock: the burned-in frame number tells
 * when a frame left the camera, modulo this.
 */
export const LOOP_SEC = 12;

/** Multiples of it, modulo one, lie evenly however many there are. */
const GOLDEN = 0.618_034;

const KINDS: readonly Omit<CameraPlan, 'name' | 'username' | 'password' | 'fault' | 'phaseMs'>[] = [
  { codec: 'h264', width: 1280, height: 720, fps: 12, gopSec: 4, auth: 'digest' },
  { codec: 'h264', width: 640, height: 360, fps: 10, gopSec: 2, auth: 'basic' },
  { codec: 'h265', width: 640, height: 360, fps: 10, gopSec: 2, auth: 'digest' },
  { codec: 'mjpeg', width: 640, height: 360, fps: 5, gopSec: 1, auth: 'digest' },
  { codec: 'h264', width: 640, height: 360, fps: 10, gopSec: 1, auth: 'none' },
  { codec: 'h264', width: 640, height: 360, fps: 10, gopSec: 4, auth: 'digest' },
];

/** A password that breaks whoever puts it into a URL or a command line without care. */
const AWKWARD_PASSWORD = 'p@ss:w/rd%25 #é';

/**
 * Which cameras a lab of `count` has: of every codec and way to sign in, in turn.
 * @param faults by 1-based number
 */
export function planCameras(count: number, faults: ReadonlyMap<number, CameraFault>, hd: boolean): CameraPlan[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = KINDS[index % KINDS.length]!;
    return {
      ...kind,
      ...(hd ? { codec: 'h264' as const, width: 1920, height: 1080, fps: 25, gopSec: 4, kbps: 4_000, auth: 'digest' as const } : {}),
      name: `lab-camera-${index + 1}`,
      phaseMs: Math.round(((index * GOLDEN) % 1) * LOOP_SEC * 1_000),
      username: 'viewer',
      password: index === 0 ? AWKWARD_PASSWORD : `lens-${index + 1}`,
      fault: faults.get(index + 1) ?? 'none',
    };
  });
}

/** What the lens sees under a fault. */
export function sceneOf(fault: CameraFault): Scene {
  return fault === 'frozen' || fault === 'black' || fault === 'blur' || fault === 'covered' || fault === 'moved' ? fault : 'street';
}
