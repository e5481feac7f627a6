import { provideSweeper, storageController, type SweepPolicy } from '@capstan/service-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import { ArtifactsRepository } from './artifacts/artifacts.repository';
import { ArtifactsRpcController } from './artifacts/artifacts.rpc.controller';
import { CleanupRepository } from './deletion/cleanup.repository';
import { CleanupService } from './deletion/cleanup.service';
import { SessionEventsRepository } from './history/session-events.repository';
import { ExpiredSessionsRepository } from './retention/expired-sessions.repository';
import { RetentionCandidatesRepository } from './retention/retention-candidates.repository';
import { RetentionLoop } from './retention/retention-loop';
import { RetentionPoliciesRepository } from './retention/retention-policies.repository';
import { RetentionRpcController } from './retention/retention.rpc.controller';
import { RetentionRunsRepository } from './retention/retention-runs.repository';
import { Retention } from './retention/retention.service';
import { SessionHoldsRepository } from './retention/session-holds.repository';
import { SessionHolds } from './retention/session-holds.service';
import { Scheduler } from './schedules/scheduler';
import { ScheduleTurn } from './schedules/schedule-turn.service';
import { ScheduleTurnsRepository } from './schedules/schedule-turns.repository';
import { SchedulesRepository } from './schedules/schedules.repository';
import { SchedulesRpcController } from './schedules/schedules.rpc.controller';
import { SessionEventsRpcController } from './history/session-events.rpc.controller';
import type { EnginePolicy } from './sessions/engine/model';
import { SessionCreation } from './sessions/session-creation.service';
import { SessionListRepository } from './sessions/session-list.repository';
import { SessionMetrics } from './sessions/session-metrics';
import { SessionsCommandsController } from './sessions/sessions.commands.controller';
import { SessionsRepository } from './sessions/sessions.repository';
import { SessionsRpcController } from './sessions/sessions.rpc.controller';
import { SessionsService } from './sessions/sessions.service';
import { TargetCheckClient } from './sessions/target-check.client';
import { TaskFactsController } from './sessions/task-facts.controller';
import { ENGINE_POLICY } from './sessions/tokens';
import { Quotas } from './storage/quotas.service';
import { SessionObjects } from './storage/session-objects.repository';
import { SessionStorage } from './storage/session-storage';
import { StorageUsageRepository } from './storage/storage-usage.repository';
import { SessionTemplates } from './templates/session-templates.repository';
import { SessionTemplatesRpcController } from './templates/session-templates.rpc.controller';
import { Watchdog } from './watchdog/watchdog';

/** The composition root. Needs what the service kit and messaging provide. */
@Module({
  controllers: [SessionsRpcController, SessionsCommandsController, TaskFactsController, SessionEventsRpcController, ArtifactsRpcController, SessionTemplatesRpcController, SchedulesRpcController, RetentionRpcController, storageController('capture-orchestrator', SessionStorage)],
  providers: [
    SessionsRepository,
    SessionListRepository,
    ArtifactsRepository,
    SessionEventsRepository,
    CleanupRepository,
    SessionsService,
    SessionCreation,
    SessionTemplates,
    TargetCheckClient,
    SessionMetrics,
    Watchdog,
    CleanupService,
    SchedulesRepository,
    ScheduleTurnsRepository,
    ScheduleTurn,
    Scheduler,
    ExpiredSessionsRepository,
    RetentionPoliciesRepository,
    RetentionCandidatesRepository,
    RetentionRunsRepository,
    SessionHoldsRepository,
    SessionHolds,
    Retention,
    RetentionLoop,
    StorageUsageRepository,
    SessionObjects,
    SessionStorage,
    Quotas,
  ],
})
export class CaptureOrchestratorModule {
  /** @param policy time limits of the engine @param sweeps how often objects and rows are compared */
  static forPolicy(policy: EnginePolicy, sweeps: SweepPolicy): DynamicModule {
    return { module: CaptureOrchestratorModule, providers: [{ provide: ENGINE_POLICY, useValue: policy }, provideSweeper('capture-orchestrator', SessionStorage, sweeps)] };
  }
}
