import type { BrokerAddress } from '@capstan/backing-services';

/** A PostgreSQL server for tests. */
export interface TestPostgres {
  /** Of a superuser. */
  url: string;
}

/** A RabbitMQ broker for tests. */
export interface TestRabbitmq {
  /** Of an administrator, to the virtual host `/`. */
  url: string;
  /** Where virtual hosts are made: by the administration protocol of a private node, or by the management API of a given broker. */
  control: { kind: 'node'; address: BrokerAddress } | { kind: 'management'; url: string };
}

/** An S3 server for tests; path-style addresses. */
export interface TestS3 {
  endpoint: string;
  accessKey: string;
  secretKey: string;
  region: string;
}

/** What a worker may ask for. */
export interface TestServices {
  postgres: TestPostgres;
  rabbitmq: TestRabbitmq;
  s3: TestS3;
}
export type TestServiceName = keyof TestServices;

/** The answer to a request: one line of JSON. */
export type TestServiceAnswer<Name extends TestServiceName> = { ok: true; service: TestServices[Name] } | { ok: false; problem: string };
