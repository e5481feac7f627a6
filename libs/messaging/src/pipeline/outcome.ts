/** How a handler wants its delivery to be settled. Handlers never see the channel. */
export type Outcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'retry'; readonly afterMs?: number }
  | { readonly kind: 'reject'; readonly code: string; readonly message: string };

/** Done: the effects are committed, the delivery is acknowledged. Returning nothing means the same. */
export function ok(): Outcome {
  return { kind: 'ok' };
}

/** The handler itself saw that this was done before: acknowledged, counted as a duplicate, effects committed. */
export function duplicate(): Outcome {
  return { kind: 'duplicate' };
}

/**
 * Not now: the effects are rolled back and the delivery comes back from a retry tier.
 * @param afterMs the shortest tier that waits at least this long is taken; without it the tier follows the number of attempts.
 */
export function retry(afterMs?: number): Outcome {
  return { kind: 'retry', afterMs };
}

/** Never: the effects are rolled back and the delivery is parked with this evidence. */
export function reject(code: string, message: string): Outcome {
  return { kind: 'reject', code, message };
}
