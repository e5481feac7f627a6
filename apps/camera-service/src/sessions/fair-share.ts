/** A replica, and how many cameras that are always watched it holds. */
export interface Holder {
  readonly name: string;
  readonly count: number;
}

/**
 * How many of all cameras one replica is to hold: as many as any other, and where that does not come out even, those that have
 * most now keep one more, so that nothing is given away without need.
 * @param total cameras to be shared
 */
export function fairShare(total: number, holders: readonly Holder[], self: string): number {
  const order = [...holders].sort((left, right) => right.count - left.count || (left.name < right.name ? -1 : 1));
  const place = order.findIndex(({ name }) => name === self);
  const even = Math.floor(total / order.length);
  return place === -1 ? total : even + (place < total % order.length ? 1 : 0);
}
