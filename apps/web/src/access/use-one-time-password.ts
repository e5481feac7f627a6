import { useState } from 'react';
import { oneTimePassword } from './roles';

/** A one-time password that stays the same while its dialog is open. */
export function useOneTimePassword(): string {
  const [password] = useState(() => oneTimePassword((count) => crypto.getRandomValues(new Uint8Array(count))));
  return password;
}
