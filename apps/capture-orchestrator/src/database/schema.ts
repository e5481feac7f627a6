import { StorageSweepRow } from '@capstan/service-kit';
import { ArtifactRow } from '../artifacts/artifact.entity';
import { SessionEventRow } from '../history/session-event.entity';
import { AttemptRow } from '../sessions/attempt.entity';
import { SessionCountRow } from '../sessions/session-count.entity';
import { SessionRow } from '../sessions/session.entity';
import { TargetRow } from '../sessions/target.entity';
import { ExpiredSessionRow } from '../retention/expired-session.entity';
import { RetentionPolicyRow } from '../retention/retention-policy.entity';
import { RetentionRunRow } from '../retention/retention-run.entity';
import { ScheduleRow } from '../schedules/schedule.entity';
import { ScheduleRunRow } from '../schedules/schedule-run.entity';
import { SessionTemplateRow } from '../templates/session-template.entity';
import { CreateSessions1793600000000 } from './create-sessions.migration';
import { Schedules1793730000000 } from './schedules.migration';
import { LiveTargets1793800000000 } from './live-targets.migration';
import { Retention1793810000000 } from './retention.migration';
import { PauseSessions1793700000000 } from './pause-sessions.migration';
import { SessionArtifacts1793710000000 } from './session-artifacts.migration';
import { SessionTemplates1793720000000 } from './session-templates.migration';

/** Tables of this service, for its data source; those of messaging are added where the service is composed. */
export const entities = [SessionRow, TargetRow, AttemptRow, ArtifactRow, SessionEventRow, SessionCountRow, SessionTemplateRow, ScheduleRow, ScheduleRunRow, RetentionPolicyRow, RetentionRunRow, ExpiredSessionRow, StorageSweepRow] as const;

/** Migrations of this service, oldest first. */
export const migrations = [CreateSessions1793600000000, PauseSessions1793700000000, SessionArtifacts1793710000000, SessionTemplates1793720000000, Schedules1793730000000, LiveTargets1793800000000, Retention1793810000000] as const;
