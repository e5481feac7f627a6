import { AppError, type Clock } from '@capstan/kernel';
import { errors, jwtVerify, SignJWT } from 'jose';

/** Seconds an access token is good for. */
export const ACCESS_TOKEN_SEC = 900;

const ISSUER = 'capstan';
const AUDIENCE = 'capstan-api';

/** Tokens whose signature has been checked that are remembered; more than are in use at once. */
const MAX_CHECKED = 10_000;

/** What an access token says. Everything else is looked up, so that a change takes effect without a new sign-in. */
export interface AccessClaims {
  readonly userId: string;
  /** Tokens of an older version than the user's are void: the password was changed since. */
  readonly version: number;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** Signs and reads access tokens (JWT, HS256). */
export class AccessTokens {
  /** A signature does not change: checking it again for each of a page's many requests costs as much as the rest of a request. */
  private readonly checked = new Map<string, AccessClaims>();

  constructor(
    private readonly key: Uint8Array,
    private readonly clock: Clock,
  ) {}

  /** A token for {@link ACCESS_TOKEN_SEC} seconds. */
  async issue(userId: string, version: number): Promise<string> {
    const now = Math.floor(this.clock.now() / 1_000);
    return await new SignJWT({ ver: version })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(userId)
      .setIssuedAt(now)
      .setExpirationTime(now + ACCESS_TOKEN_SEC)
      .sign(this.key);
  }

  /** @throws AppError `TOKEN_EXPIRED`, or `NOT_AUTHENTICATED` for anything that is not a token of ours */
  async read(token: string): Promise<AccessClaims> {
    const known = this.checked.get(token);
    if (known !== undefined && known.expiresAt > this.clock.now()) {
      return known;
    }
    this.checked.delete(token);
    const claims = await this.verify(token);
    if (this.checked.size >= MAX_CHECKED) {
      this.checked.clear();
    }
    this.checked.set(token, claims);
    return claims;
  }

  private async verify(token: string): Promise<AccessClaims> {
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        currentDate: new Date(this.clock.now()),
        requiredClaims: ['sub', 'exp', 'ver'],
      });
      return { userId: payload.sub ?? '', version: Number(payload['ver']), expiresAt: (payload.exp ?? 0) * 1_000 };
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new AppError('TOKEN_EXPIRED', 'The access token has expired', { cause: error });
      }
      throw new AppError('NOT_AUTHENTICATED', 'The access token is not valid', { cause: error });
    }
  }
}
