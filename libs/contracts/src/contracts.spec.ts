import { catalogue, createCaptureSessionBody, routes, sessionMachine, SUBSCRIPTIONS, targetMachine, z } from './index';

const target = { device_type: 'linux', host: '198.18.0.1' };
const session = { duration_sec: 30, username: 'root', password: 's3cret', targets: [target] };

function problems(body: unknown): string[] {
  const result = createCaptureSessionBody.safeParse(body);
  return result.success ? [] : result.error.issues.map((issue) => issue.path.join('.'));
}

describe('createCaptureSessionBody', () => {
  it("gives the seed's defaults", () => {
    expect(createCaptureSessionBody.parse(session)).toMatchObject({ mode: 'standard', size_per_file_mb: 25, max_files: 10 });
  });

  it.each([
    ['an unknown field', { ...session, colour: 'red' }, ''],
    ['an unknown field of a target', { ...session, targets: [{ ...target, colour: 'red' }] }, 'targets.0'],
    ['no duration in standard mode', { ...session, duration_sec: undefined }, 'duration_sec'],
    ['a duration below the range', { ...session, duration_sec: 9 }, 'duration_sec'],
    ['a duration above the range', { ...session, duration_sec: 601 }, 'duration_sec'],
    ['a duration as text', { ...session, duration_sec: '30' }, 'duration_sec'],
    ['no targets', { ...session, targets: [] }, 'targets'],
    ['51 targets', { ...session, targets: Array.from({ length: 51 }, () => target) }, 'targets'],
    ['host together with src', { ...session, filter: { host: '10.0.0.1', src: '10.0.0.2' } }, 'filter.host'],
    ['a newline in the interface', { ...session, targets: [{ ...target, interface: 'eth0\nreboot' }] }, 'targets.0.interface'],
    ['a shell metacharacter in the filter', { ...session, filter: { host: '10.0.0.1; reboot' } }, 'filter.host'],
    ['a shell metacharacter in the host', { ...session, targets: [{ ...target, host: '$(reboot)' }] }, 'targets.0.host'],
    ['a port on arp', { ...session, filter: { protocol: 'arp', port: 5060 } }, 'filter.port'],
    ['no credentials at all', { ...session, username: undefined, password: undefined }, 'targets.0'],
  ])('refuses %s', (_, body, path) => {
    expect(problems(body)).toContain(path);
  });

  it('lets a rotating session go without a duration', () => {
    expect(problems({ ...session, mode: 'rotating', duration_sec: undefined })).toEqual([]);
  });
});

describe('the catalogue', () => {
  it('names every message once per channel', () => {
    for (const list of [catalogue.commands, catalogue.events, catalogue.rpcs, catalogue.progress, catalogue.controls]) {
      const types = list.map((message) => message.type);
      expect(new Set(types).size).toBe(types.length);
    }
  });

  it('versions every name', () => {
    for (const message of [...catalogue.commands, ...catalogue.events, ...catalogue.rpcs, ...catalogue.progress, ...catalogue.controls]) {
      expect(message.type).toMatch(/^[a-z][a-z.-]*\.v\d+$/);
    }
  });

  it('subscribes only to facts that exist', () => {
    const facts = catalogue.events.map((event) => event.type);
    for (const subscribed of Object.values(SUBSCRIPTIONS).flat()) {
      expect(facts).toContain(subscribed);
    }
  });

  it('has only schemas that can be described to other languages', () => {
    for (const message of [...catalogue.commands, ...catalogue.events]) {
      expect(z.toJSONSchema(message.data, { io: 'input' })).toHaveProperty('$schema');
    }
  });
});

describe('the routes', () => {
  it('gives every method and path to one route', () => {
    const keys = Object.values(routes).map((route) => `${route.method} ${route.path}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('declares a parameter schema wherever the path has a parameter', () => {
    for (const route of Object.values(routes)) {
      expect([route.path, 'params' in route]).toEqual([route.path, route.path.includes(':')]);
    }
  });
});

describe.each([
  ['sessionMachine', sessionMachine],
  ['targetMachine', targetMachine],
] as const)('%s', (_, machine) => {
  const pairs = machine.states.flatMap((from) => machine.states.map((to) => [from, to] as const));
  const order = [...machine.states];

  it.each(pairs)('%s → %s is allowed exactly when it goes forward from a live state', (from, to) => {
    const forward = order.indexOf(to) > order.indexOf(from);
    const live = order.indexOf(from) < order.indexOf('completed');
    expect(machine.canMove(from as never, to as never)).toBe(forward && live);
  });
});
