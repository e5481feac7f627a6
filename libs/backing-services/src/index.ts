export { type Log } from './log';
export { assertDiskSpace, assertPortFree, freeDiskBytes, freePort, freePorts } from './ports';
export {
  type CommandResult,
  identify,
  isRunning,
  type ProcessExit,
  type ProcessIdentity,
  type ServerProcess,
  spawnServer,
  stopProcess,
} from './processes';
export { storedSecret } from './data-folder';
export { type PostgresOptions, type RunningPostgres, startPostgres } from './postgres';
export { ALL_PERMISSIONS, brokerDefinitions, type BrokerPermissions, type BrokerTopicPermissions, type BrokerUser } from './rabbitmq-config';
export { type BrokerAddress, brokerAddressOf, erlangBinary, evaluateInBroker, rabbitmqctl } from './rabbitmq-control';
export { type RabbitmqOptions, type RunningRabbitmq, startRabbitmq } from './rabbitmq';
export { type RunningS3, startSwiftS3, type SwiftOptions } from './s3';
export { findProgram, missingTools, type Tool, type ToolName, TOOLS } from './tools';
export { installPackages } from './packages';
