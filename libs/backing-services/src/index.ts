export { type Log } from './log';
export { assertDiskSpace, assertPortFree, freeDiskBytes, freePort, freePorts } from './ports';
export { identify, isRunning, type CommandResult, type ProcessExit, type ProcessIdentity } from './processes';
export { storedSecret } from './data-folder';
export { type PostgresOptions, type RunningPostgres, startPostgres } from './postgres';
export { ALL_PERMISSIONS, type BrokerPermissions, type BrokerUser } from './rabbitmq-config';
export { type BrokerAddress, brokerAddressOf, erlangBinary, evaluateInBroker, rabbitmqctl } from './rabbitmq-control';
export { type RabbitmqOptions, type RunningRabbitmq, startRabbitmq } from './rabbitmq';
