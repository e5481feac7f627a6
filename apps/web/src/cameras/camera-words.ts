import type { CameraState, HealthGrade, SnapshotView, TestConnectionAnswer } from '@capstan/contracts';
import type { Status } from '../design/status';

/** What is said about a state: its colour, its word, and what to do next. */
interface StateWords {
  readonly status: Status;
  readonly label: string;
  readonly advice: string;
}

const STATES: Record<CameraState, StateWords> = {
  live: { status: 'success', label: 'Live', advice: '' },
  degraded: { status: 'attention', label: 'Degraded', advice: 'It answers, but not well. Another client may hold its sessions.' },
  connecting: { status: 'running', label: 'Connecting', advice: '' },
  unknown: { status: 'pending', label: 'Not looked at yet', advice: 'The first look follows within seconds.' },
  stalled: { status: 'failed', label: 'Stalled', advice: 'It keeps the connection and sends no packets. Restarting the camera often helps.' },
  auth_failed: { status: 'failed', label: 'Login refused', advice: 'Check user name and password. It is asked every ten minutes only, so that it does not lock the account.' },
  not_found: { status: 'failed', label: 'No such stream', advice: 'The host answers, but not for this path. Check the address of the stream.' },
  unreachable: { status: 'failed', label: 'Unreachable', advice: 'Nothing answers at this address. Check power, cable and port.' },
  disabled: { status: 'cancelled', label: 'Switched off', advice: 'Nobody looks at it until it is switched on.' },
};

/** States that can be filtered by, in the order of the menu. */
export const CAMERA_STATE_NAMES = Object.keys(STATES) as CameraState[];

/** See {@link StateWords}. */
export function stateWords(state: CameraState): StateWords {
  return STATES[state];
}

/** Whether asking for a picture has a chance. A camera that refuses us is left to the health checks. */
export function givesPictures(state: CameraState): boolean {
  return state === 'live' || state === 'degraded' || state === 'connecting' || state === 'unknown';
}

const GRADES: Record<HealthGrade, { readonly status: Status; readonly label: string }> = {
  excellent: { status: 'success', label: 'Excellent' },
  fair: { status: 'attention', label: 'Fair' },
  poor: { status: 'partial', label: 'Poor' },
  unusable: { status: 'failed', label: 'Unusable' },
};

/** Grades from best to worst. */
export const GRADE_NAMES = Object.keys(GRADES) as HealthGrade[];

/** Colour and word of a grade. */
export function gradeWords(grade: HealthGrade): { readonly status: Status; readonly label: string } {
  return GRADES[grade];
}

const EVENTS: Readonly<Record<string, string>> = {
  frozen: 'Frozen picture',
  suspect_frozen: 'Perhaps frozen',
  black: 'Black picture',
  blurred: 'Out of focus',
  covered: 'Lens covered',
  moved: 'Camera moved',
  camera_degraded: 'Answers badly',
  camera_stalled: 'Stalled',
  camera_auth_failed: 'Login refused',
  camera_not_found: 'No such stream',
  camera_unreachable: 'Unreachable',
};

/** The words for a kind of event. */
export function eventLabel(kind: string): string {
  return EVENTS[kind] ?? sentence(kind);
}

/** What is wrong with the picture; what is wrong with the camera is in its state already. */
export function pictureEvents(kinds: readonly string[]): string[] {
  return kinds.filter((kind) => !kind.startsWith('camera_'));
}

const SOURCES: Record<SnapshotView['source'], string> = {
  cache: 'decoded a moment ago',
  gop: 'from the running stream',
  http: 'the camera’s own still',
  cold: 'from a connection opened for it',
};

/** Where a frame came from. */
export function sourceLabel(source: string): string {
  return SOURCES[source as SnapshotView['source']] ?? source;
}

const STEPS: Record<TestConnectionAnswer['steps'][number]['step'], string> = {
  resolve: 'Look the address up',
  connect: 'Connect',
  describe: 'Sign in and read the stream’s description',
  play: 'Start the stream',
  first_packet: 'Receive packets',
  picture: 'Decode a picture',
  snapshot_url: 'The camera’s own still',
};

/** The words for a step of a connection test. */
export function stepLabel(step: TestConnectionAnswer['steps'][number]['step']): string {
  return STEPS[step];
}

const FIELDS: Readonly<Record<string, string>> = { resolution: 'resolution', fps: 'frame rate', codec: 'codec' };

/** `resolution and frame rate`: fields whose configured value differs from what the camera sends. */
export function mismatchText(names: readonly string[]): string {
  const words = names.map((name) => FIELDS[name] ?? name);
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function sentence(word: string): string {
  const text = word.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
