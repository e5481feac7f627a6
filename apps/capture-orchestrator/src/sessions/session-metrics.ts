import { Metrics } from '@capstan/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LIVE_TARGET_STATES } from '@capstan/contracts';
import { SessionsRepository } from './sessions.repository';

/** Numbers an operator watches. */
@Injectable()
export class SessionMetrics {
  private readonly delay;

  constructor(metrics: Metrics, repository: SessionsRepository, dataSource: DataSource) {
    this.delay = metrics.duration('capstan_task_fact_delay_seconds', 'From a worker stating a fact to its being folded', ['fact']);
    metrics.gauge('capstan_sessions_live', 'Sessions that have not ended, by state', ['state'], async (gauge) => {
      const counts = await repository.liveByState(dataSource);
      for (const state of LIVE_TARGET_STATES) {
        gauge.set({ state }, counts.get(state) ?? 0);
      }
    });
  }

  /** @param seconds by two clocks; a skew below zero counts as none */
  folded(fact: string, seconds: number): void {
    this.delay.observe({ fact }, Math.max(0, seconds));
  }
}
