import { type ServiceDefinition, sweepPolicyOf } from '@capstan/service-kit';
import { CaptureOrchestratorModule } from './capture-orchestrator.module';
import { enginePolicyOf, type OrchestratorConfig } from './config';
import { entities, migrations } from './database/schema';

/** The service, made of its settings. */
export function captureOrchestrator(config: OrchestratorConfig): ServiceDefinition {
  return {
    name: 'capture-orchestrator',
    module: CaptureOrchestratorModule.forPolicy(enginePolicyOf(config), sweepPolicyOf(config)),
    config,
    database: { entities, migrations },
    objectStore: true,
    // Each delivery holds a connection, and facts of one session wait for each other anyway: what is left of the pool answers questions.
    prefetch: { commands: 2, events: 6 },
  };
}
