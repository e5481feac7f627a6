import { AppError, backoffDelay, type Clock, type Random } from '@capstan/kernel';
import type { KnownOfDevice, Platform } from '../platforms';
import { LOGIN_BACKOFF, mayTryAgain, MOST_LOGINS } from './collection-error';
import type { DeviceSession } from './sessions/device-session';
import type { DevicePatience } from './timeouts';
import { confirmed, confirms, failedReading, readType, type TypeReading } from './type-reading';

/** What is to be read from one device. */
export interface DeviceRunOrder {
  readonly platform: Platform;
  /** In the order in which they are read; those an earlier holder has are not among them. */
  readonly types: readonly string[];
  readonly patience: DevicePatience;
  /** Logins that an earlier holder has tried. */
  readonly loginsBefore: number;
}

/** What a run works with. */
export interface DeviceRunPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** Logs in; called again after a failure that may pass. */
  readonly open: (signal: AbortSignal) => Promise<DeviceSession>;
  /** Takes each reading that is final, in order; slow work must not hold up the device. */
  readonly take: (reading: TypeReading) => void;
  readonly lastGoodChars: (type: string) => number | null;
  /** Told before each login. */
  readonly onLogin: (attempt: number) => void;
}

/** How a run ended. */
export interface DeviceRunEnd {
  readonly logins: number;
  /** What kept it from the types that are missing; undefined when nothing did. */
  readonly error: AppError | undefined;
}

/**
 * Reads everything from one device over one login. What fails in a way that may pass is tried again, with another login
 * and only for the types that are still missing; what does not pass by itself is not. Knows neither tasks nor tables.
 */
export class DeviceRun {
  private missing: string[];
  private readonly doubted = new Map<string, TypeReading>();
  private logins: number;

  constructor(
    private readonly order: DeviceRunOrder,
    private readonly ports: DeviceRunPorts,
  ) {
    this.missing = [...order.types];
    this.logins = order.loginsBefore;
  }

  /** @throws the signal's reason */
  async run(signal: AbortSignal): Promise<DeviceRunEnd> {
    const { clock, random } = this.ports;
    for (;;) {
      const error = await this.attempt(signal);
      signal.throwIfAborted();
      if (this.missing.length === 0) {
        return { logins: this.logins, error: undefined };
      }
      if (this.logins >= MOST_LOGINS || (error !== undefined && !mayTryAgain(error))) {
        this.giveUp(error);
        return { logins: this.logins, error };
      }
      await clock.sleep(backoffDelay(LOGIN_BACKOFF, this.logins, random()), signal);
    }
  }

  /** One login. @returns what ended it before its time; undefined when every type was asked for */
  private async attempt(signal: AbortSignal): Promise<AppError | undefined> {
    this.logins += 1;
    this.ports.onLogin(this.logins);
    let session: DeviceSession | undefined;
    try {
      session = await this.ports.open(signal);
      // What a session knows of its device ends with it.
      const known: KnownOfDevice = {};
      for (const type of [...this.missing]) {
        this.settle(await this.read(session, type, known, signal));
      }
    } catch (error) {
      session?.abandon();
      signal.throwIfAborted();
      return AppError.from(error);
    }
    // A device may have one line only: whoever comes back waits until it is free, whoever is done need not.
    const leaving = session.leave();
    if (this.missing.length > 0) {
      await leaving;
    }
    return undefined;
  }

  private read(session: DeviceSession, type: string, known: KnownOfDevice, signal: AbortSignal): Promise<TypeReading> {
    const { platform, patience } = this.order;
    const { clock, lastGoodChars } = this.ports;
    return readType(session, { platform, type, known, patience, lastGoodChars: () => lastGoodChars(type), now: () => clock.monotonic() }, signal);
  }

  private settle(reading: TypeReading): void {
    const first = this.doubted.get(reading.type);
    if (reading.status !== 'suspect') {
      this.finish(reading);
    } else if (first === undefined) {
      // Once more, over another login: what was cut short then need not be so again.
      this.doubted.set(reading.type, reading);
    } else {
      this.finish(confirms(first, reading) ? confirmed(reading) : reading);
    }
  }

  private finish(reading: TypeReading): void {
    this.missing = this.missing.filter((type) => type !== reading.type);
    this.doubted.delete(reading.type);
    this.ports.take(reading);
  }

  /** What is doubted is kept as that; the rest failed as the device did. */
  private giveUp(error: AppError | undefined): void {
    for (const type of [...this.missing]) {
      this.finish(this.doubted.get(type) ?? failedReading(type, error ?? new AppError('SUSPECT', 'the answer is not proven to be complete')));
    }
  }
}
