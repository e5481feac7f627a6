import { AppError } from '@capstan/kernel';
import type { KiwiFault } from './receiver-faults';

/** Faults as the command line names them, with what they mean; numbers follow a colon. */
export const RECEIVER_FAULTS = {
  busy: 'all channels are taken',
  down: 'switched off by its owner',
  redirect: 'sends clients to itself, round and round',
  silent: 'takes the password and never answers',
  'ip-limit': 'the daily quota of this address is used up',
  password: 'asks for a password (lab-secret)',
  drop: 'drop:120-139 loses these frames',
  'drop-every': 'drop-every:100 loses every hundredth frame',
  duplicate: 'duplicate:50 sends this frame twice',
  stall: 'stall:4-9 holds everything back from second 4 to 9',
  cut: 'cut:5 closes the connection at second 5, once',
  'half-open': 'half-open:5 goes silent at second 5 and closes nothing',
  kick: 'kick:5 throws the client out at second 5',
  'no-gps': 'stamps are disabled',
  'clock-step': 'clock-step:5 sets its clock back by a millisecond at second 5',
  'adc-overflow': 'adc-overflow:3-6 is overdriven from second 3 to 6',
  'phase-jump': 'phase-jump:1.5 sets its oscillator again',
} as const;

/** One of {@link RECEIVER_FAULTS}. */
export type ReceiverFaultWord = keyof typeof RECEIVER_FAULTS;

/** Password of receivers with the fault `password`. */
export const LAB_RECEIVER_PASSWORD = 'lab-secret';

/**
 * Reads a fault such as `stall:4-9`. `password` is no fault of the stream and gives undefined.
 * @throws AppError `LAB_BAD_OPTION`
 */
export function parseReceiverFault(text: string): KiwiFault | undefined {
  const [word = '', numbers = ''] = text.split(':');
  const [from = Number.NaN, to = Number.NaN] = numbers.split('-').map((part) => (part === '' ? Number.NaN : Number(part)));
  const or = (value: number, otherwise: number): number => (Number.isNaN(value) ? otherwise : value);
  switch (word as ReceiverFaultWord) {
    case 'busy':
      return { kind: 'busy' };
    case 'down':
      return { kind: 'down', code: or(from, 0), reason: 'closed for the night' };
    case 'redirect':
      return { kind: 'redirect' };
    case 'silent':
      return { kind: 'silent' };
    case 'ip-limit':
      return { kind: 'ip-limit', minutes: or(from, 60) };
    case 'password':
      return undefined;
    case 'drop':
      return { kind: 'drop', fromFrame: or(from, 120), toFrame: or(to, or(from, 139)) };
    case 'drop-every':
      return { kind: 'drop-every', frames: or(from, 100) };
    case 'duplicate':
      return { kind: 'duplicate', frame: or(from, 50) };
    case 'stall':
      return { kind: 'stall', fromSec: or(from, 4), toSec: or(to, or(from, 4) + 5) };
    case 'cut':
      return { kind: 'cut', atSec: or(from, 5) };
    case 'half-open':
      return { kind: 'half-open', atSec: or(from, 5) };
    case 'kick':
      return { kind: 'kick', atSec: or(from, 5) };
    case 'no-gps':
      return { kind: 'no-gps' };
    case 'clock-step':
      return { kind: 'clock-step', atSec: or(from, 5), ns: -1_000_000 };
    case 'adc-overflow':
      return { kind: 'adc-overflow', fromSec: or(from, 3), toSec: or(to, 6) };
    case 'phase-jump':
      return { kind: 'phase-jump', atSec: or(from, 1.5) };
    default:
      throw new AppError('LAB_BAD_OPTION', `--receiver-faults knows ${Object.keys(RECEIVER_FAULTS).join(', ')}, not ${word || 'nothing'}`);
  }
}
