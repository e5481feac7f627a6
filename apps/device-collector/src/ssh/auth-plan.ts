/** What is known of an account. At least one of `password` and `privateKey` is set. */
export interface SshLogin {
  readonly username: string;
  readonly password?: string;
  readonly privateKey?: string;
  readonly passphrase?: string;
  /** For `enable` on gear that asks for a secret of its own. */
  readonly enableSecret?: string;
}

/** What has been offered to the server so far. */
export interface AuthProgress {
  readonly keyTried: boolean;
  /** Whether the password has left this process on this connection, by whichever method. */
  readonly passwordSpent: boolean;
}

/** The next thing to offer. */
export type AuthStep = 'publickey' | 'password' | 'keyboard-interactive' | 'give-up';

/**
 * Decides what to offer to a server that still accepts `methodsLeft`. The password is offered at most once, by whichever
 * of the two methods the server has: voice gear locks accounts after a few failures, so a second guess is never worth it.
 */
export function nextAuthStep(login: SshLogin, methodsLeft: readonly string[], progress: AuthProgress): AuthStep {
  if (login.privateKey !== undefined && !progress.keyTried && methodsLeft.includes('publickey')) {
    return 'publickey';
  }
  if (login.password !== undefined && !progress.passwordSpent) {
    if (methodsLeft.includes('password')) {
      return 'password';
    }
    if (methodsLeft.includes('keyboard-interactive')) {
      return 'keyboard-interactive';
    }
  }
  return 'give-up';
}

/** A question of keyboard-interactive authentication (RFC 4256). */
export interface AuthPrompt {
  readonly prompt: string;
  readonly echo?: boolean;
}

/**
 * The answer to a round of questions: the password for a single hidden one, once. Anything else (a code from a token, a
 * new password, the same question again) is not ours to answer.
 */
export function answerPrompts(password: string, prompts: readonly AuthPrompt[], alreadyAnswered: boolean): string[] | undefined {
  const [first] = prompts;
  return prompts.length === 1 && first?.echo !== true && !alreadyAnswered ? [password] : undefined;
}
