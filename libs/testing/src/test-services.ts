import { connect } from 'node:net';
import type { TestPostgres, TestRabbitmq, TestS3, TestServiceAnswer, TestServiceName, TestServices } from './test-service-protocol';

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set, and it is needed with the other settings of the same server`);
  }
  return value;
}

function read(line: string): unknown {
  return JSON.parse(line) as unknown;
}

async function ask<Name extends TestServiceName>(name: Name): Promise<TestServices[Name]> {
  const host = process.env['CAPSTAN_TEST_SERVICES'];
  if (host === undefined) {
    throw new Error(`There is no ${name} server for this test: name the file *.component.spec.ts and run it with jest --selectProjects component`);
  }
  const line = await new Promise<string>((resolve, reject) => {
    const socket = connect(host);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      text += part;
    });
    socket.once('end', () => resolve(text));
    socket.once('error', reject);
    socket.write(`${name}\n`);
  });
  const answer = read(line) as TestServiceAnswer<Name>;
  if (!answer.ok) {
    throw new Error(`The ${name} server for tests did not start: ${answer.problem}`);
  }
  return answer.service;
}

/** The PostgreSQL server of this test run: the one of `CAPSTAN_TEST_PG_URL`, else a local one, started when first asked for. */
export async function postgresForTests(): Promise<TestPostgres> {
  const url = process.env['CAPSTAN_TEST_PG_URL'];
  return url === undefined || url === '' ? ask('postgres') : { url };
}

/**
 * The broker of this test run: the one of `CAPSTAN_TEST_AMQP_URL` (then also `CAPSTAN_TEST_AMQP_MANAGEMENT_URL`, with user and password,
 * by which virtual hosts are made), else a local one, started when first asked for.
 */
export async function rabbitmqForTests(): Promise<TestRabbitmq> {
  const url = process.env['CAPSTAN_TEST_AMQP_URL'];
  if (url === undefined || url === '') {
    return ask('rabbitmq');
  }
  return { url, control: { kind: 'management', url: required('CAPSTAN_TEST_AMQP_MANAGEMENT_URL') } };
}

/**
 * The S3 server of this test run: the one of `CAPSTAN_TEST_S3_ENDPOINT` (then also `_ACCESS_KEY`, `_SECRET_KEY`, optionally `_REGION`),
 * else a local one, started when first asked for.
 */
export async function s3ForTests(): Promise<TestS3> {
  const endpoint = process.env['CAPSTAN_TEST_S3_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') {
    return ask('s3');
  }
  return {
    endpoint,
    accessKey: required('CAPSTAN_TEST_S3_ACCESS_KEY'),
    secretKey: required('CAPSTAN_TEST_S3_SECRET_KEY'),
    region: process.env['CAPSTAN_TEST_S3_REGION'] ?? 'us-east-1',
  };
}
