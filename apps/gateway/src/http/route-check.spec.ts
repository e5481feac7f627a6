import type { Route } from '@capstan/contracts';
import { type RouteHandler, routeProblems } from './route-check';

const route = (method: Route['method'], path: string): Route => ({ method, path, tag: 't', summary: 's', access: 'public', status: 200, response: { empty: true } });
const table = { list: route('GET', '/things'), names: route('GET', '/things/names'), get: route('GET', '/things/:id') };
const handler = (one: Route, name = 'C.m'): RouteHandler => ({ route: one, name });

describe(routeProblems.name, () => {
  it('finds nothing wrong when every route has one handler', () => {
    expect(routeProblems(table, [handler(table.list), handler(table.names), handler(table.get)])).toEqual([]);
  });

  it('finds a route without a handler', () => {
    expect(routeProblems(table, [handler(table.list), handler(table.names)])).toEqual(['get (GET /things/:id) has no handler']);
  });

  it('finds a route with two', () => {
    expect(routeProblems({ list: table.list }, [handler(table.list, 'A.one'), handler(table.list, 'B.two')])).toEqual(['list (GET /things) has more than one handler: A.one, B.two']);
  });

  it('finds a handler of something else', () => {
    expect(routeProblems({}, [handler(table.list)])).toEqual(['C.m serves GET /things, which is not in the table of routes']);
  });

  it('finds a handler that an earlier parameter hides', () => {
    expect(routeProblems(table, [handler(table.list), handler(table.get, 'C.get'), handler(table.names, 'C.names')])).toEqual([
      'C.names (GET /things/names) is hidden by C.get (GET /things/:id), which is registered before it',
    ]);
  });
});
