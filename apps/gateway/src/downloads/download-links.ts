import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Actor, Route } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { z } from 'zod';

/** Seconds a signed link is good for: long enough to click it, too short to pass it around. A download that has begun may finish. */
export const LINK_SEC = 300;

const linkPayload = z.object({
  /** {@link linkedResource} */
  r: z.string(),
  /** Type and id of who made it. */
  t: z.enum(['user', 'token']),
  i: z.string(),
  /** Unix seconds. */
  e: z.int(),
});

/** What a link is for: `session:<id>`, `artifact:<id>`, `snapshot:<id>`, `camera:<id>` or `capture:<id>`; all names of one thing are the same resource. */
export function linkedResource(route: Route, id: string): string {
  const [, collection = ''] = route.path.split('/');
  return `${LINKED[collection] ?? 'session'}:${id}`;
}

const LINKED: Readonly<Record<string, string>> = { artifacts: 'artifact', snapshots: 'snapshot', cameras: 'camera', captures: 'capture' };

/** Makes and opens signed download links: `<payload>.<HMAC-SHA256>`, both base64url. */
export class DownloadLinks {
  constructor(
    private readonly key: Uint8Array,
    private readonly clock: Clock,
  ) {}

  /** The value of `?link=` for one resource, lent by `actor`. */
  sign(actor: Actor, resource: string): { link: string; expiresAt: string } {
    if (actor.type !== 'user' && actor.type !== 'token') {
      throw new AppError('NOT_ALLOWED', 'Only users and API tokens make links');
    }
    const expires = Math.floor(this.clock.now() / 1_000) + LINK_SEC;
    const payload = Buffer.from(JSON.stringify({ r: resource, t: actor.type, i: actor.id, e: expires })).toString('base64url');
    return { link: `${payload}.${this.signature(payload).toString('base64url')}`, expiresAt: isoTime(expires * 1_000) };
  }

  /**
   * Who made the link.
   * @throws AppError `LINK_INVALID` when it was not made here or is for something else, `LINK_EXPIRED`
   */
  open(link: string, resource: string): Pick<Actor, 'type' | 'id'> {
    const invalid = new AppError('LINK_INVALID', 'The download link is not valid for this');
    const [payload, signature, ...rest] = link.split('.');
    if (payload === undefined || signature === undefined || rest.length > 0) {
      throw invalid;
    }
    const given = Buffer.from(signature, 'base64url');
    const wanted = this.signature(payload);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw invalid;
    }
    const { r, t, i, e } = linkPayload.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    if (r !== resource) {
      throw invalid;
    }
    if (e * 1_000 <= this.clock.now()) {
      throw new AppError('LINK_EXPIRED', 'The download link has expired; make a new one');
    }
    return { type: t, id: i };
  }

  private signature(payload: string): Buffer {
    return createHmac('sha256', this.key).update(payload).digest();
  }
}
