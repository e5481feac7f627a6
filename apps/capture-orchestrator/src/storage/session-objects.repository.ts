import { sessionMachine } from '@capstan/contracts';
import { type Clock, isoTime } from '@capstan/kernel';
import { rows, type SqlRunner } from '@capstan/persistence';
import { CLOCK, type NamedObjects, ownersBetween, type StoredObjects } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const TERMINAL = sessionMachine.states.filter((state) => sessionMachine.isTerminal(state));

/** What sessions stored, and the artifacts that name it. Objects of a session nobody knows of belong to nobody. */
@Injectable()
export class SessionObjects implements StoredObjects {
  readonly prefix = 'sessions/';

  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The session's id. */
  ownerOf(key: string): string {
    return key.slice(this.prefix.length).split('/', 1)[0] ?? '';
  }

  async namedBetween(after: string | null, upTo: string | null): Promise<NamedObjects> {
    const { range, parameters } = ownersBetween('s.session_id', after, upTo);
    const named = await rows<{ key: string; created_at: Date }>(
      this.dataSource,
      `SELECT a.key, a.created_at FROM sessions s JOIN artifacts a USING (session_id) WHERE ${range} AND s.delete_requested_at IS NULL`,
      parameters,
    );
    // What lies in the folder of a recording is known to the service that recorded it, and swept there.
    const spared = await rows<{ session_id: string }>(
      this.dataSource,
      `SELECT s.session_id FROM sessions s WHERE ${range} AND (s.state <> ALL($${parameters.length + 1}) OR s.delete_requested_at IS NOT NULL OR 'recording' = ANY(s.kinds))`,
      [...parameters, TERMINAL],
    );
    return { named: named.map(({ key, created_at }) => ({ key, since: created_at.getTime() })), spared: new Set(spared.map(({ session_id }) => session_id)) };
  }

  async markLost(manager: SqlRunner, keys: readonly string[]): Promise<string[]> {
    await rows(manager, `UPDATE artifacts SET lost_at = NULL WHERE lost_at IS NOT NULL AND key <> ALL($1)`, [keys]);
    const marked = await rows<{ key: string }>(
      manager,
      `UPDATE artifacts a SET lost_at = $2 FROM sessions s WHERE s.session_id = a.session_id AND s.delete_requested_at IS NULL AND a.key = ANY($1) AND a.lost_at IS NULL RETURNING a.key`,
      [keys, isoTime(this.clock.now())],
    );
    return marked.map(({ key }) => key);
  }
}
