import type { Clock } from '@capstan/kernel';
import type { BlockStamp } from '../timing/stream-timeline';

/** The protocols Capstan can record from. */
export const RECEIVER_PROTOCOLS = ['kiwisdr', 'rtl_tcp', 'http_iq'] as const;
/** See {@link RECEIVER_PROTOCOLS}. */
export type ReceiverProtocol = (typeof RECEIVER_PROTOCOLS)[number];

/** Where a receiver is. */
export interface ReceiverEndpoint {
  readonly host: string;
  readonly port: number;
  /** Path below the address, where the protocol has one. */
  readonly path: string;
  /** Empty where none is asked for. */
  readonly password: string;
}

/** What a stream should bring. */
export interface StreamRequest {
  readonly frequencyHz: number;
  /** Samples per second wished for; a KiwiSDR brings what it has. */
  readonly sampleRateHz: number;
  /** Half the pass band in hertz. */
  readonly halfBandHz: number;
  /** Automatic gain; off by default because it bends amplitudes. */
  readonly agc: boolean;
  /** Fixed gain, in the receiver's own unit. */
  readonly gain: number;
}

/** What a stream brings. */
export interface StreamInfo {
  readonly sampleRate: number;
  /** Pass band, hertz from the tuned frequency. */
  readonly lowHz: number;
  readonly highHz: number;
  /** Whose software it is, for the manifest. */
  readonly hardware: string;
}

/** A block of samples from the receiver. */
export interface StreamBlock extends BlockStamp {
  /** Interleaved I and Q at full scale 1.0. Good until the handler returns: who keeps them copies them. */
  readonly samples: Float32Array;
  readonly rssiDbm: number | null;
  /** Whether its converter was overdriven. */
  readonly overload: boolean;
  /** Samples that probably went missing before it, where the protocol cannot say for certain. */
  readonly missing: number;
}

/** Steps of a connection on its way to samples. */
export type ConnectStep = 'connecting' | 'authenticating' | 'tuning' | 'priming';

/** Told about a stream. Handlers only take note: whatever takes time happens elsewhere. */
export interface StreamListener {
  step(step: ConnectStep): void;
  block(block: StreamBlock): void;
}

/** An open stream. */
export interface ReceiverStream {
  readonly info: StreamInfo;
  /** Resolves with what ended the stream; never rejects. */
  readonly ended: Promise<Error>;
  close(): void;
}

/** What a health check finds. */
export interface ReceiverHealth {
  readonly status: 'online' | 'busy' | 'offline';
  readonly users: number | null;
  readonly usersMax: number | null;
  readonly gpsGood: boolean | null;
  readonly snrDb: number | null;
  readonly software: string | null;
  readonly detail: string;
}

/** One protocol. A new one is a new folder here and a line in the registry. */
export interface ReceiverDriver {
  readonly protocol: ReceiverProtocol;
  /** Whether stamps of this protocol can come from GPS. */
  readonly stamps: boolean;
  /** Channels one address may open at a time; null = as many as its health says. */
  readonly channels: number | null;
  /**
   * What is wrong with a request, as far as it can be told without asking.
   * @returns a sentence, or undefined
   */
  refuse(request: StreamRequest): string | undefined;
  /**
   * Connects, signs in, tunes and waits for the first samples.
   * @throws AppError of `receiverFailure`; the signal's reason when it aborts
   */
  open(endpoint: ReceiverEndpoint, request: StreamRequest, listener: StreamListener, signal: AbortSignal, clock: Clock): Promise<ReceiverStream>;
  /** Asks how it is, without using a channel. */
  health(endpoint: ReceiverEndpoint, signal: AbortSignal): Promise<ReceiverHealth>;
}
