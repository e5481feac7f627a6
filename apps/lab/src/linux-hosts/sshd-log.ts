/** How often somebody tried to log in to a host, as its sshd logged it. */
export interface LoginAttempts {
  readonly password: { readonly accepted: number; readonly failed: number };
  readonly publickey: { readonly accepted: number; readonly failed: number };
}

/** No attempt yet. */
export const NO_ATTEMPTS: LoginAttempts = { password: { accepted: 0, failed: 0 }, publickey: { accepted: 0, failed: 0 } };

/** `Failed password for root from …`, `Failed password for invalid user x from …`, `Accepted publickey for …`. */
const ATTEMPT = /^(Accepted|Failed) (password|publickey) for /;

/** Adds one line of sshd's log at LogLevel VERBOSE. `Failed none` (a client asking which methods exist) is no attempt. */
export function countLogLine(attempts: LoginAttempts, line: string): LoginAttempts {
  const match = ATTEMPT.exec(line);
  if (!match) {
    return attempts;
  }
  const outcome = match[1] === 'Accepted' ? 'accepted' : 'failed';
  const method = match[2] === 'password' ? 'password' : 'publickey';
  return { ...attempts, [method]: { ...attempts[method], [outcome]: attempts[method][outcome] + 1 } };
}
