import { routes, sessionCommands, sessionEvents } from '@capstan/contracts';
import { asyncApiDocument } from '../asyncapi/asyncapi-document';
import { openApiDocument } from './openapi-document';

type Json = Record<string, unknown>;

function references(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(references);
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, item]) => (key === '$ref' && typeof item === 'string' ? [item] : references(item)));
}

function resolve(document: Json, reference: string): unknown {
  return reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((value, part) => (value as Json | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

describe(openApiDocument.name, () => {
  const sut = openApiDocument(routes, '/api/v1', '1.2.3');
  const paths = sut['paths'] as Record<string, Record<string, Json>>;

  it('refers to nothing that is not there', () => {
    const missing = references(sut).filter((reference) => resolve(sut, reference) === undefined);
    expect(missing).toEqual([]);
    expect(references(sut)).toContain('#/components/schemas/Session');
  });

  it('describes every component', () => {
    const empty = Object.entries((sut['components'] as { schemas: Record<string, Json> }).schemas).filter(([, schema]) => '$ref' in schema || Object.keys(schema).length === 0);
    expect(empty).toEqual([]);
  });

  it('keeps no definitions outside of its components', () => {
    expect(JSON.stringify(sut)).not.toContain('$defs');
  });

  it('describes parameters as they are meant and bodies as they are sent', () => {
    const list = paths['/api/v1/sessions']?.['get'] as { parameters: Json[] };
    expect(list.parameters).toContainEqual({ name: 'per_page', in: 'query', required: false, schema: expect.objectContaining({ type: 'integer', minimum: 1, maximum: 100, default: 20 }) });
    const create = paths['/api/v1/capture-sessions']?.['post'] as { requestBody: Json; parameters: Json[] };
    expect(create.requestBody).toEqual({ required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/CreateCaptureSessionInput' } } } });
    expect(create.parameters.map(({ name }) => name)).toEqual(['Idempotency-Key']);
    const body = resolve(sut, '#/components/schemas/CreateCaptureSessionInput') as { required: string[]; properties: Json };
    expect(body.required).toEqual(['targets']);
    expect(Object.keys(body.properties)).toEqual(expect.arrayContaining(['duration_sec', 'filter', 'username', 'password']));
    expect(paths['/api/v1/sessions/{id}/retry']?.['post']).toMatchObject({ requestBody: { required: false } });
  });

  it('says what every route needs and how it can fail', () => {
    expect(paths['/api/v1/auth/login']?.['post']).toMatchObject({ security: [], responses: { '401': {}, '429': { headers: { 'Retry-After': {} } } } });
    expect(paths['/api/v1/sessions/{id}/download']?.['get']).toMatchObject({ security: [{ bearer: [] }, { link: [] }], 'x-permission': 'artifacts:download', responses: { '200': { content: { 'application/zip': {} } }, '409': {} } });
  });
});

describe(asyncApiDocument.name, () => {
  const sut = asyncApiDocument('1.2.3');

  it('refers to nothing that is not there', () => {
    expect(references(sut).filter((reference) => resolve(sut, reference) === undefined)).toEqual([]);
    expect(JSON.stringify(sut)).not.toContain('$defs');
  });

  it('receives every session command and sends every session fact', () => {
    const operations = Object.values(sut['operations'] as Record<string, { action: string; channel: { $ref: string } }>);
    const addresses = (action: string): Set<unknown> => new Set(operations.filter((one) => one.action === action).map(({ channel }) => (resolve(sut, channel.$ref) as Json)['address']));
    expect(addresses('receive')).toEqual(new Set(Object.values(sessionCommands).map(({ type }) => type)));
    expect(addresses('send')).toEqual(new Set(Object.values(sessionEvents).map(({ type }) => type)));
  });

  it('names the exchange and the routing key of each', () => {
    expect((sut['channels'] as Json)['createSession']).toMatchObject({ address: 'capture-orchestrator.create-session.v1', bindings: { amqp: { is: 'routingKey', exchange: { name: 'capstan.commands', type: 'topic', durable: true } } } });
  });
});
