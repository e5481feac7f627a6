import { type Route, routes } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ROUTE } from './endpoint';

/** A handler, in the order in which it is registered. */
export interface RouteHandler {
  readonly route: Route;
  /** `Controller.method`. */
  readonly name: string;
}

function shadows(earlier: Route, later: Route): boolean {
  const [one, other] = [earlier.path.split('/'), later.path.split('/')];
  return (
    earlier.method === later.method &&
    one.length === other.length &&
    one.every((part, index) => part.startsWith(':') || part === other[index])
  );
}

/**
 * Everything that is wrong between the table of routes and the handlers: a route without a handler or with two, a handler
 * of something that is not in the table, and a handler that an earlier one with a parameter hides.
 */
export function routeProblems(table: Readonly<Record<string, Route>>, handlers: readonly RouteHandler[]): string[] {
  const title = (route: Route): string => `${route.method} ${route.path}`;
  const problems: string[] = [];
  for (const [name, route] of Object.entries(table)) {
    const found = handlers.filter((handler) => handler.route === route);
    if (found.length !== 1) {
      problems.push(`${name} (${title(route)}) has ${found.length === 0 ? 'no handler' : `more than one handler: ${found.map((handler) => handler.name).join(', ')}`}`);
    }
  }
  const known = new Set(Object.values(table));
  problems.push(...handlers.filter(({ route }) => !known.has(route)).map(({ name, route }) => `${name} serves ${title(route)}, which is not in the table of routes`));
  handlers.forEach((later, index) => {
    const hider = handlers.slice(0, index).find((earlier) => earlier.route !== later.route && shadows(earlier.route, later.route));
    if (hider) {
      problems.push(`${later.name} (${title(later.route)}) is hidden by ${hider.name} (${title(hider.route)}), which is registered before it`);
    }
  });
  return problems;
}

/** Stops the boot when the table of routes and the controllers disagree. */
@Injectable()
export class RouteCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const problems = routeProblems(routes, this.handlers());
    if (problems.length > 0) {
      throw new AppError('ROUTES_INCOMPLETE', `Routes and handlers do not fit:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    }
  }

  private handlers(): RouteHandler[] {
    return this.discovery.getControllers().flatMap(({ metatype, name }) => {
      const prototype = metatype?.prototype as Record<string, (...args: never[]) => unknown> | undefined;
      if (!prototype) {
        return [];
      }
      return this.scanner.getAllMethodNames(prototype).flatMap((method) => {
        const handler = prototype[method];
        const route = handler ? this.reflector.get<Route | undefined>(ROUTE, handler) : undefined;
        return route ? [{ route, name: `${name}.${method}` }] : [];
      });
    });
  }
}
