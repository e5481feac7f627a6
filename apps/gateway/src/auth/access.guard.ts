import type { Permission, Route } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DownloadLinks, linkedResource } from '../downloads/download-links';
import { ROUTE } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';
import { decideAccess } from './access-decision';
import { Authenticator } from './authenticator';
import type { Principal } from './principal';

const BEARER = /^Bearer +([\x21-\x7e]+)$/i;

/** Lets a request through to the handler of its route, or says why not. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly links: DownloadLinks,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') {
      return true;
    }
    const request = context.switchToHttp().getRequest<GatewayRequest>();
    const route = this.reflector.get<Route | undefined>(ROUTE, context.getHandler());
    if (!route) {
      return true;
    }
    request.endpoint = route;
    if (route.access === 'public') {
      return true;
    }
    request.principal = await this.identify(request, route);
    const refusal = decideAccess(route, request.principal);
    if (refusal) {
      throw refusal;
    }
    return true;
  }

  private async identify(request: GatewayRequest, route: Route): Promise<Principal | undefined> {
    const link = typeof route.access === 'object' ? request.query['link'] : undefined;
    if (link !== undefined && typeof route.access === 'object') {
      return await this.byLink(String(link), linkedResource(route, String(request.params['id'])), route.access.link);
    }
    const header = request.get('authorization');
    if (header === undefined) {
      return undefined;
    }
    const credentials = BEARER.exec(header)?.[1];
    if (credentials === undefined) {
      throw new AppError('NOT_AUTHENTICATED', 'The Authorization header must be: Bearer <token>');
    }
    return await this.authenticator.authenticate(credentials);
  }

  /** A link lends what its maker may do now: it ends with the maker's permission, and with the maker. */
  private async byLink(link: string, resource: string, permission: Permission): Promise<Principal> {
    const actor = this.links.open(link, resource);
    const principal = await this.authenticator.recall(actor);
    const refused = !principal || principal.mustChangePassword || !principal.permissions.includes(permission);
    if (refused) {
      throw new AppError('LINK_INVALID', 'Whoever made this link may not download any more');
    }
    return principal;
  }
}
