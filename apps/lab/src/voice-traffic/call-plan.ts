/** Default length of a conversation, from ACK to BYE. */
export const TALK_MS = 8000;

/** Default load. */
export const DEFAULT_CALLS_PER_MIN = 12;

/** Highest load that stays within the media ports and what one process can pace. */
export const MAX_CALLS_PER_MIN = 120;

/** Who calls whom in call number `call` (0-based) among `phones` (at least 2): every ordered pair comes up in turn. */
export function callPair(call: number, phones: number): { caller: number; callee: number } {
  const caller = call % phones;
  const distance = 1 + (Math.floor(call / phones) % (phones - 1));
  return { caller, callee: (caller + distance) % phones };
}
