import { type AnswerOf, routes } from '@capstan/contracts';
import { Controller } from '@nestjs/common';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import { UsersService } from './users.service';

/** Administration of users. */
@Controller()
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Endpoint(routes.listUsers)
  list(@Input() { query }: CallOf<typeof routes.listUsers>): Promise<AnswerOf<typeof routes.listUsers>> {
    return this.users.list(query);
  }

  @Endpoint(routes.createUser)
  create(@Caller() caller: Principal, @Input() { body }: CallOf<typeof routes.createUser>): Promise<AnswerOf<typeof routes.createUser>> {
    return this.users.create(caller, body);
  }

  @Endpoint(routes.updateUser)
  update(@Caller() caller: Principal, @Input() { params, body }: CallOf<typeof routes.updateUser>): Promise<AnswerOf<typeof routes.updateUser>> {
    return this.users.update(caller, params.id, body);
  }

  @Endpoint(routes.deleteUser)
  remove(@Caller() caller: Principal, @Input() { params }: CallOf<typeof routes.deleteUser>): Promise<void> {
    return this.users.remove(caller, params.id);
  }
}
