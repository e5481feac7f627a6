/** What decides in which order a message leaves. */
export interface PartitionSource {
  readonly partitionKey?: string;
  readonly subject?: string;
  readonly correlationId?: string;
  readonly id: string;
}

/** Messages about the same thing leave in the order in which they were added: by key, else subject, else correlation, else each on its own. */
export function partitionOf({ partitionKey, subject, correlationId, id }: PartitionSource): string {
  return partitionKey ?? subject ?? correlationId ?? id;
}
