import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto';
import { AppError, Gate } from '@capstan/kernel';

/** Cost of a password hash. */
export interface PasswordCost {
  /** Binary logarithm of scrypt's N. */
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP Password Storage Cheat Sheet, scrypt: N = 2^17, r = 8, p = 1. One hash takes 128 MiB and about 0.3 s. */
export const PASSWORD_COST: PasswordCost = { logN: 17, r: 8, p: 1 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Hashes at work at once: each takes 128 MiB, and more than the cores can compute only makes all of them late. */
const PARALLEL_HASHES = 2;
/** Callers waiting for their turn before new ones are turned away. */
const MAX_WAITING = 64;

const FORMAT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9_-]+)\$([A-Za-z0-9_-]+)$/;

function derive(password: string, salt: Buffer, cost: PasswordCost): Promise<Buffer> {
  const N = 2 ** cost.logN;
  const options: ScryptOptions = { N, r: cost.r, p: cost.p, maxmem: 256 * N * cost.r };
  return new Promise((resolve, reject) => {
    // NFKC, so that the same word typed on another keyboard is the same password (NIST SP 800-63B §5.1.1.2).
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** Hashes and checks passwords; the cost is written into each hash, so it can be raised later. */
export class Passwords {
  private readonly gate = new Gate(PARALLEL_HASHES);
  private waiting = 0;
  private readonly decoy: Promise<string>;

  constructor(private readonly cost: PasswordCost = PASSWORD_COST) {
    this.decoy = this.hash(randomBytes(SALT_BYTES).toString('hex'));
    this.decoy.catch(() => undefined);
  }

  /** `$scrypt$ln=17,r=8,p=1$<salt>$<hash>` */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const key = await this.inTurn(() => derive(password, salt, this.cost));
    const { logN, r, p } = this.cost;
    return `$scrypt$ln=${logN},r=${r},p=${p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
  }

  /**
   * Whether `password` belongs to `hash`. Without a hash (no such user) it takes as long and says no, so that the
   * time of an answer does not tell which users exist.
   */
  async verify(password: string, hash: string | undefined): Promise<boolean> {
    const parts = FORMAT.exec(hash ?? (await this.decoy));
    if (!parts) {
      return false;
    }
    const [, logN, r, p, salt, expected] = parts;
    const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
    const key = await this.inTurn(() => derive(password, Buffer.from(salt ?? '', 'base64url'), cost));
    const wanted = Buffer.from(expected ?? '', 'base64url');
    return key.length === wanted.length && timingSafeEqual(key, wanted) && hash !== undefined;
  }

  /** Whether a hash was made with another cost than today's and should be made again when the password is at hand. */
  isOutdated(hash: string): boolean {
    const { logN, r, p } = this.cost;
    return !hash.startsWith(`$scrypt$ln=${logN},r=${r},p=${p}$`);
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.waiting >= MAX_WAITING) {
      throw new AppError('TOO_MANY_REQUESTS', 'Too many people are signing in right now', { retryable: true, retryAfterMs: 2_000 });
    }
    this.waiting += 1;
    try {
      await this.gate.enter();
    } finally {
      this.waiting -= 1;
    }
    try {
      return await work();
    } finally {
      this.gate.leave();
    }
  }
}

/** A one-time password: 120 bits, in groups that can be read out. */
export function makeOneTimePassword(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  const letters: string[] = [];
  while (letters.length < 24) {
    for (const byte of randomBytes(32)) {
      // Bytes that would favour the first letters of the alphabet are thrown away.
      if (byte < 256 - (256 % alphabet.length) && letters.length < 24) {
        letters.push(alphabet.charAt(byte % alphabet.length));
      }
    }
  }
  return [0, 6, 12, 18].map((start) => letters.slice(start, start + 6).join('')).join('-');
}
