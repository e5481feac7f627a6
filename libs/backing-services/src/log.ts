/** Takes one line for the person at the terminal: what is being done and why. Never a secret. */
export type Log = (line: string) => void;

/** Says nothing. */
export const silent: Log = () => undefined;
