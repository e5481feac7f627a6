import { createHash, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const SHOWN = '[secret]';

/**
 * A text that must not be seen: a password, a private key, a community string.
 *
 * Printing, concatenating, logging or serialising it gives `[secret]`; only `reveal()` gives the text. It does not protect
 * against reading the process's memory: JavaScript strings cannot be erased.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Hand it to what needs it and keep it nowhere. */
  reveal(): string {
    return this.#text;
  }

  /** Whether both hold the same text, in a time that does not tell where they differ. */
  equals(other: Secret): boolean {
    const fingerprint = (text: string): Buffer => createHash('sha256').update(text).digest();
    return timingSafeEqual(fingerprint(this.#text), fingerprint(other.#text));
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
