/** An account for HTTP Basic (RFC 7617). */
export interface HttpsLogin {
  readonly username: string;
  readonly password: string;
}

/** Value of the `Authorization` header. It is made for a request and kept nowhere. */
export function basicAuthorization({ username, password }: HttpsLogin): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
