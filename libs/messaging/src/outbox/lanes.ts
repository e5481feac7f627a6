/** How the publication of a row ended. */
export type RowResult = 'sent' | { readonly failed: string };

interface LaneRow {
  readonly partitionKey: string;
}

/** Rows by partition, each in its order. */
export function lanesOf<Row extends LaneRow>(rows: readonly Row[]): Row[][] {
  const lanes = new Map<string, Row[]>();
  for (const row of rows) {
    const lane = lanes.get(row.partitionKey);
    if (lane) {
      lane.push(row);
    } else {
      lanes.set(row.partitionKey, [row]);
    }
  }
  return [...lanes.values()];
}

/**
 * Publishes one lane in order.
 *
 * Waiting for each confirmation before the next publication would cost a round trip to disk per row. Rows whose route is `proven` are
 * published one behind the other without waiting; a row with an unproven route is waited for before anything follows it.
 * At the first failure the rest of the lane stays where it is.
 * @returns the results in order; shorter than the lane after a failure
 */
export async function publishLane<Row>(lane: readonly Row[], proven: (row: Row) => boolean, publish: (row: Row) => Promise<RowResult>): Promise<RowResult[]> {
  const results: RowResult[] = [];
  let flying: Promise<RowResult>[] = [];
  const land = async (): Promise<boolean> => {
    const landed = await Promise.all(flying);
    flying = [];
    results.push(...landed);
    return landed.every((result) => result === 'sent');
  };
  for (const row of lane) {
    const safe = proven(row);
    if (!safe && !(await land())) {
      return results;
    }
    flying.push(publish(row));
    if (!safe && !(await land())) {
      return results;
    }
  }
  await land();
  return results;
}
