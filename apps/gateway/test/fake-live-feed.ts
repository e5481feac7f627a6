import type { DataOf, Envelope, EventDefinition, ProgressDefinition } from '@capstan/contracts';
import { systemIds } from '@capstan/kernel';

/** Stands in for `LiveFeed`: the test says what arrives. */
export class FakeLiveFeed {
  private listener: ((message: Envelope) => void) | undefined;
  private onGap: (() => void) | undefined;

  async start(options: { onGap?: () => void }, listener: (message: Envelope) => void): Promise<void> {
    this.listener = listener;
    this.onGap = options.onGap;
  }

  async stop(): Promise<void> {
    this.listener = undefined;
  }

  deliver<Definition extends EventDefinition | ProgressDefinition>(definition: Definition, data: DataOf<Definition>): void {
    this.listener?.({
      specversion: '1.0',
      id: systemIds.next(),
      source: 'capstan/capture-orchestrator',
      type: definition.type,
      time: '2026-01-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      data,
    });
  }

  interrupt(): void {
    this.onGap?.();
  }
}
