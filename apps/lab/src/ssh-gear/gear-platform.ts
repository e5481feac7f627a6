import type { Clock, Random } from '@capstan/kernel';
import type { Duplex } from 'node:stream';
import type { GearScript } from './gear-script';

/** A platform: its dialogue as data, and the few things data cannot say. */
export interface GearPlatform {
  readonly script: GearScript;
  /** Makes one device's own logic. */
  create(context: GearContext): GearLogic;
}

/** What a device's logic lives in. */
export interface GearContext {
  readonly clock: Clock;
  readonly random: Random;
  /** The device's variables, as templates see them. */
  readonly device: Map<string, string | number>;
  /** Address and name of the device. */
  readonly host: string;
  readonly name: string;
}

/** A device's logic. */
export interface GearLogic {
  /** Values that are computed when a template asks for them. */
  readonly values: Readonly<Record<string, (session: ReadonlyMap<string, string | number>) => string | number>>;
  readonly hooks: Readonly<Record<string, GearHook>>;
  /** Called once when the device goes away. */
  stop?(): void;
}

/** What a hook gets. */
export interface HookCall {
  /** The action's `with`, filled in. */
  readonly words: Readonly<Record<string, string>>;
  /** Variables of the session; `line` is the command. */
  readonly session: Map<string, string | number>;
  /** Aborts with {@link HOOK_INTERRUPTED} on Ctrl-C and with {@link HOOK_CLOSED} when the connection ends. */
  readonly signal: AbortSignal;
  say(text: string): Promise<void>;
  /** The raw channel; for protocols on exec channels. */
  readonly channel: Duplex;
}

/** @returns the word that picks what follows in the script */
export type GearHook = (call: HookCall) => Promise<string | undefined>;

/** See {@link HookCall.signal}. */
export const HOOK_INTERRUPTED = Symbol('interrupted');
/** See {@link HookCall.signal}. */
export const HOOK_CLOSED = Symbol('closed');
