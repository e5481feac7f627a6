export { eventually, type EventuallyOptions } from './eventually';
export { postgresForTests, rabbitmqForTests, s3ForTests } from './test-services';
export { type TestPostgres, type TestRabbitmq, type TestS3 } from './test-service-protocol';
export { TEST_ROLE_PASSWORD, type TestDatabase, testDatabase } from './test-database';
export { type TestVhost, testVhost } from './test-vhost';
export { type ProxyTarget, TcpProxy } from './tcp-proxy';
export { ManualClock } from './manual-clock';
export { type SeededRandom, seededRandom, sequentialIds } from './determinism';
export { LeakCheck } from './leaks';
