import { type AnswerOf, routes } from '@capstan/contracts';
import { Controller } from '@nestjs/common';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import { TokensService } from './tokens.service';

/** Administration of API tokens. */
@Controller()
export class TokensController {
  constructor(private readonly tokens: TokensService) {}

  @Endpoint(routes.listTokens)
  list(@Input() { query }: CallOf<typeof routes.listTokens>): Promise<AnswerOf<typeof routes.listTokens>> {
    return this.tokens.list(query);
  }

  @Endpoint(routes.createToken)
  create(@Caller() caller: Principal, @Input() { body }: CallOf<typeof routes.createToken>): Promise<AnswerOf<typeof routes.createToken>> {
    return this.tokens.create(caller, body);
  }

  @Endpoint(routes.deleteToken)
  remove(@Input() { params }: CallOf<typeof routes.deleteToken>): Promise<void> {
    return this.tokens.remove(params.id);
  }
}
