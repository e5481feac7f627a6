import { type DynamicModule, Module } from '@nestjs/common';
import { COLLECTOR_CONFIG, type CollectorConfig } from './config';
import { CredentialsController } from './credentials/credentials.controller';
import { Credentials } from './credentials/credentials.repository';
import { SealingKeys } from './credentials/sealing-key.repository';
import { SessionCredentialsController } from './credentials/session-credentials.controller';
import { captureDrivers, DriverRegistry } from './drivers/registry';
import { HostKeysController } from './host-keys/host-keys.controller';
import { HostKeys } from './host-keys/host-keys.repository';
import { CapturesController } from './packet-capture/captures.controller';
import { PacketCaptureExecutor } from './packet-capture/packet-capture.executor';
import { CheckTargetsController } from './tasks/check-targets.controller';
import { Housekeeping } from './tasks/housekeeping.service';
import { TASK_EXECUTORS } from './tasks/task-executor';
import { TaskHolder } from './tasks/task-holder.service';
import { TaskInbox } from './tasks/task-inbox.repository';
import { TaskLeases } from './tasks/task-leases.repository';
import { TasksController } from './tasks/tasks.controller';

/** Composition root: which feature gets what. A new kind of work is one more executor in the list. */
@Module({})
export class DeviceCollectorModule {
  static with(config: CollectorConfig): DynamicModule {
    return {
      module: DeviceCollectorModule,
      controllers: [TasksController, CheckTargetsController, CapturesController, CredentialsController, SessionCredentialsController, HostKeysController],
      providers: [
        { provide: COLLECTOR_CONFIG, useValue: config },
        { provide: DriverRegistry, useFactory: () => new DriverRegistry(captureDrivers({ silentSec: config.CAPSTAN_CAPTURE_SILENT_SEC })) },
        SealingKeys,
        Credentials,
        HostKeys,
        PacketCaptureExecutor,
        { provide: TASK_EXECUTORS, useFactory: (capture: PacketCaptureExecutor) => [capture], inject: [PacketCaptureExecutor] },
        TaskInbox,
        TaskLeases,
        TaskHolder,
        Housekeeping,
      ],
    };
  }
}
