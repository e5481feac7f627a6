import { PROBLEMS, problemDetails, type ProblemCode, type Route } from '@capstan/contracts';
import { permissionOf } from '../auth/access-decision';
import { NAMED_SCHEMAS } from './named-schemas';
import { type JsonSchema, SchemaCollection } from './schema-registry';

type Json = Record<string, unknown>;

/** Problems a route can always answer, by what it takes. */
function problemsOf(route: Route): readonly ProblemCode[] {
  return [
    ...(route.problems ?? []),
    ...(route.access === 'public' ? [] : (['NOT_AUTHENTICATED', 'TOKEN_EXPIRED', 'NOT_ALLOWED', 'PASSWORD_CHANGE_REQUIRED'] as const)),
    ...(route.params || route.query || route.body ? (['VALIDATION_FAILED'] as const) : []),
    ...(route.body ? (['MALFORMED_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
    ...(route.idempotent ? (['IDEMPOTENCY_CONFLICT', 'IDEMPOTENCY_IN_PROGRESS'] as const) : []),
    'TOO_MANY_REQUESTS',
    'SERVICE_UNAVAILABLE',
    'RPC_TIMEOUT',
    'DATABASE_UNAVAILABLE',
    'INTERNAL_ERROR',
  ];
}

function problemAnswers(route: Route): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set(problemsOf(route))) {
    const [status] = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus]
      .sort(([one], [other]) => one - other)
      .map(([status, codes]) => [
        String(status),
        {
          description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join('\n\n'),
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          ...(status === 429 || status === 503 ? { headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } } } : {}),
        },
      ]),
  );
}

function parameters(route: Route, schemas: SchemaCollection): Json[] {
  const fields = (schema: Route['query'], place: 'path' | 'query'): Json[] => {
    if (!schema) {
      return [];
    }
    // Texts of an address are turned into numbers on arrival: the form after that says what is meant, the one before what is needed.
    const { properties = {} } = schemas.add(schema, 'output') as { properties?: Record<string, JsonSchema> };
    const { required = [] } = schemas.add(schema, 'input') as { required?: string[] };
    return Object.entries(properties).map(([name, field]) => ({
      name,
      in: place,
      required: place === 'path' || (required.includes(name) && !('default' in field)),
      schema: field,
    }));
  };
  const idempotency = { name: 'Idempotency-Key', in: 'header', required: false, description: 'Makes repeating the request harmless for 24 hours', schema: { type: 'string', maxLength: 200 } };
  return [...fields(route.params, 'path'), ...fields(route.query, 'query'), ...(route.idempotent ? [idempotency] : [])];
}

function success(route: Route, schemas: SchemaCollection): Json {
  const { response } = route;
  if ('json' in response) {
    return { description: route.summary, content: { 'application/json': { schema: schemas.add(response.json, 'output') } } };
  }
  if ('bytes' in response) {
    return { description: route.summary, content: { [response.bytes]: { schema: { type: 'string', format: 'binary' } } } };
  }
  return { description: 'Done' };
}

function security(route: Route): Json[] {
  if (route.access === 'public') {
    return [];
  }
  return [{ bearer: [] }, ...(typeof route.access === 'object' ? [{ link: [] }] : [])];
}

function operation(name: string, route: Route, schemas: SchemaCollection): Json {
  const permission = permissionOf(route.access);
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    ...(permission === undefined ? {} : { description: `Needs the permission \`${permission}\`.`, 'x-permission': permission }),
    security: security(route),
    parameters: parameters(route, schemas),
    ...(route.body ? { requestBody: { required: !route.body.safeParse(undefined).success, content: { 'application/json': { schema: schemas.add(route.body, 'input') } } } } : {}),
    responses: { [String(route.status)]: success(route, schemas), ...problemAnswers(route) },
  };
}

/**
 * The OpenAPI 3.1 document of the public API, made from the table of routes and nothing else.
 * @param prefix where the routes live, e.g. `/api/v1`
 */
export function openApiDocument(routes: Readonly<Record<string, Route>>, prefix: string, version: string): Json {
  const schemas = new SchemaCollection(NAMED_SCHEMAS);
  schemas.add(problemDetails, 'output');
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(routes)) {
    const path = prefix + route.path.replace(/:([a-z_]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Capstan',
      version,
      description: 'Starts captures on fleets of devices together and ends in one verified bundle. Everything here can also be ordered over the message broker, see `/api/asyncapi.json`.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(Object.values(routes).map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas.components).sort(([one], [other]) => (one < other ? -1 : 1))),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An access token from `POST /api/v1/auth/login`, or an API token (`cst_…`)' },
        link: { type: 'apiKey', in: 'query', name: 'link', description: 'A signed link, from `POST …/download-url`' },
      },
    },
  };
}
