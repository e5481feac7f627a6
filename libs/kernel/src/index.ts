export { type Clock, isoTime, systemClock } from './clock';
export { createIdSource, type IdSource, systemIds, UUID_PATTERN, uuidv7 } from './ids';
export {
  AppError,
  type AppErrorOptions,
  type AppErrorShape,
  assertNever,
  type ErrorDetails,
  type FieldError,
  validationError,
} from './errors';
export { backoffDelay, type BackoffPolicy, type Random, systemRandom } from './backoff';
export { defineStateMachine, type StateMachine, type TransitionTable } from './state-machine';
export { Deferred, Gate, Serial, withTimeout } from './async';
export { Batches } from './batches';
export { SharedRead } from './shared-read';
export { plainCell, readCsv, writeCsv } from './csv';
export { readRecords, type RecordShape } from './import-records';
