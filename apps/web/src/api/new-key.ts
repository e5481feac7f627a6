/** A random key; `crypto.randomUUID` exists in secure contexts only, this works on plain HTTP too. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
