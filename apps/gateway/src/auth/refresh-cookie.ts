import type { CookieOptions, Request, Response } from 'express';
import { API_PREFIX } from '../http/endpoint';
import type { IssuedRefreshToken } from './refresh-tokens.repository';

/** Name of the cookie. */
export const REFRESH_COOKIE = 'capstan_refresh';

/** Nothing but the sign-in routes ever sees the cookie, no script reads it, no other site can make a browser send it. */
function options(request: Request): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', secure: request.secure, path: `${API_PREFIX}/auth` };
}

/** The refresh token a browser sent. */
export function readRefreshCookie(request: Request): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === REFRESH_COOKIE && value !== undefined && value !== '') {
      return value;
    }
  }
  return undefined;
}

/** Hands the browser its next refresh token. */
export function setRefreshCookie(request: Request, response: Response, { token, expiresAt }: IssuedRefreshToken): void {
  response.cookie(REFRESH_COOKIE, token, { ...options(request), expires: expiresAt });
}

/** Makes the browser forget it. */
export function clearRefreshCookie(request: Request, response: Response): void {
  response.clearCookie(REFRESH_COOKIE, options(request));
}
