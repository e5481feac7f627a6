import { routes, type SignInAnswer, type UserView } from '@capstan/contracts';
import { Controller, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';
import { AuthService, type SignIn } from './auth.service';
import type { Principal } from './principal';
import { clearRefreshCookie, readRefreshCookie, setRefreshCookie } from './refresh-cookie';

type Login = CallOf<typeof routes.login>;

/** Sign-in routes. The refresh token goes into the cookie here and nowhere else. */
@Controller()
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Endpoint(routes.login)
  login(@Input() { body, address }: Login, @Req() request: GatewayRequest, @Res({ passthrough: true }) response: Response): Promise<SignInAnswer> {
    return this.answer(request, response, this.auth.login(body.username, body.password, address));
  }

  @Endpoint(routes.loginJson)
  loginJson(@Input() { body, address }: Login, @Req() request: GatewayRequest, @Res({ passthrough: true }) response: Response): Promise<SignInAnswer> {
    return this.answer(request, response, this.auth.login(body.username, body.password, address));
  }

  @Endpoint(routes.refresh)
  refresh(@Req() request: GatewayRequest, @Res({ passthrough: true }) response: Response): Promise<SignInAnswer> {
    return this.answer(request, response, this.auth.refresh(readRefreshCookie(request)));
  }

  @Endpoint(routes.logout)
  async logout(@Req() request: GatewayRequest, @Res({ passthrough: true }) response: Response): Promise<void> {
    await this.auth.logout(readRefreshCookie(request));
    clearRefreshCookie(request, response);
  }

  @Endpoint(routes.me)
  me(@Caller() caller: Principal): Promise<{ user: UserView }> {
    return this.auth.me(caller);
  }

  @Endpoint(routes.changePassword)
  changePassword(
    @Input() { body, address }: CallOf<typeof routes.changePassword>,
    @Caller() caller: Principal,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SignInAnswer> {
    return this.answer(request, response, this.auth.changePassword(caller, body.current_password, body.new_password, address));
  }

  private async answer(request: GatewayRequest, response: Response, signIn: Promise<SignIn>): Promise<SignInAnswer> {
    const { answer, refresh } = await signIn;
    // Known from here on, for the audit log: the route itself is open to anyone.
    request.claimedActor = { id: answer.user.user_id, name: answer.user.username };
    setRefreshCookie(request, response, refresh);
    return answer;
  }
}
