import type { AppError } from '@capstan/kernel';
import { receiverFailure } from '../receiver-failure';
import type { ConnectStep, StreamRequest } from '../receiver-driver';
import type { KiwiItems } from './kiwi-message';

/** What the client does next. */
export type KiwiAction =
  | { readonly send: string }
  | { readonly step: ConnectStep }
  | { readonly fail: AppError }
  /** Go there instead. */
  | { readonly redirect: string };

/** Pass band that fits a rate: the server refuses edges beyond half of it. */
function edge(request: StreamRequest, sampleRate: number): number {
  return Math.min(request.halfBandHz, Math.floor(sampleRate / 2) - 1);
}

/** `down=` codes. */
const DOWN_REASONS = ['switched off by its owner', 'updating its software', 'making a backup', 'without its hardware'] as const;

/**
 * The client's side of a KiwiSDR connection from the first message to the first sound, as a plain state machine: messages
 * in, actions out. Order and texts follow what servers accept from kiwiclient.
 */
export class KiwiDialogue {
  private rate: number | undefined;
  private accepted = false;
  private version = ['', ''];
  private offsetHz = 0;

  constructor(
    private readonly request: StreamRequest,
    private readonly password: string,
    private readonly ident: string,
  ) {}

  /** Real samples per second, once the server has said so. */
  get sampleRate(): number | undefined {
    return this.rate;
  }

  /** Whether the password was taken. */
  get authenticated(): boolean {
    return this.accepted;
  }

  get passband(): number {
    return edge(this.request, this.rate ?? 12_000);
  }

  get hardware(): string {
    return `KiwiSDR ${this.version.join('.')}`.trim();
  }

  /** What to say first: a server looks at a client only once it has spoken. */
  begin(): KiwiAction[] {
    return [{ step: 'authenticating' }, { send: 'SET options=1' }, { send: `SET auth t=kiwi p=${encodeURIComponent(this.password)}` }];
  }

  /** Takes a message. Names it does not know are ignored: servers keep adding some. */
  take(items: KiwiItems): KiwiAction[] {
    const all = new Map(items);
    return items.flatMap(([name, value]) => this.takeItem(name, value, all));
  }

  private takeItem(name: string, value: string, all: ReadonlyMap<string, string>): KiwiAction[] {
    switch (name) {
      case 'badp':
        return this.judgePassword(value);
      case 'too_busy':
        return fail(receiverFailure('too_busy', `All ${value} channels of the receiver are taken`, { again: true, afterMs: 15_000 }));
      case 'redirect':
        return [{ redirect: value }];
      case 'down':
        return fail(receiverFailure('down', `The receiver is ${DOWN_REASONS[Number(value)] ?? 'down'}${all.get('reason_disabled') ? `: ${all.get('reason_disabled')}` : ''}`, { again: false }));
      case 'exclusive_use':
      case 'wb_only':
        return fail(receiverFailure('down', 'The receiver is reserved for another use', { again: false }));
      case 'ip_limit':
        return fail(receiverFailure('ip_limit', `The daily limit of ${value.split(',')[0]} minutes for this address is used up`, { again: false }));
      case 'password_timeout':
        return fail(receiverFailure('kicked', 'The receiver waited for a password for too long', { again: false }));
      case 'kiwi_kick':
        return fail(receiverFailure('kicked', `The receiver ended the connection: ${value.replace(/^\d+,/, '')}`, { again: false }));
      case 'version_maj':
        this.version[0] = value;
        return [];
      case 'version_min':
        this.version[1] = value;
        return [];
      case 'freq_offset':
        this.offsetHz = Math.round(Number(value) * 1_000) || 0;
        return [];
      case 'audio_rate':
        return [{ send: `SET AR OK in=${Math.round(Number(value)) || 12_000} out=44100` }];
      case 'sample_rate':
        return this.tune(Number(value));
      default:
        return [];
    }
  }

  private judgePassword(code: string): KiwiAction[] {
    switch (code) {
      case '0':
        this.accepted = true;
        return [{ step: 'tuning' }];
      case '1':
        return fail(receiverFailure('bad_password', 'The receiver refuses the password, or its channels without password are taken', { again: false }));
      case '2':
        return fail(receiverFailure('down', 'The receiver is still starting', { again: true, afterMs: 10_000 }));
      case '5':
        return fail(receiverFailure('duplicate_ip', 'The receiver allows one connection from an address', { again: true, afterMs: 2_000 }));
      case '6':
        return fail(receiverFailure('down', 'The receiver updates its database', { again: true, afterMs: 60_000 }));
      default:
        return fail(receiverFailure('protocol_error', `The receiver refuses the sign-in with code ${code}`, { again: false }));
    }
  }

  private tune(rate: number): KiwiAction[] {
    if (!(rate > 1_000 && rate < 1e6)) {
      return fail(receiverFailure('protocol_error', 'The receiver states no usable sample rate', { again: false }));
    }
    this.rate = rate;
    const { request } = this;
    const cut = edge(request, rate);
    const kilohertz = ((request.frequencyHz - this.offsetHz) / 1_000).toFixed(3);
    return [
      'SET squelch=0 max=0',
      'SET genattn=0',
      'SET gen=0 mix=-1',
      `SET ident_user=${encodeURIComponent(this.ident)}`,
      `SET mod=iq low_cut=${-cut} high_cut=${cut} freq=${kilohertz}`,
      `SET agc=${request.agc ? 1 : 0} hang=0 thresh=-100 slope=6 decay=1000 manGain=${request.gain}`,
      'SET keepalive',
    ].map((send) => ({ send }) as KiwiAction).concat({ step: 'priming' });
  }
}

const fail = (error: AppError): KiwiAction[] => [{ fail: error }];
