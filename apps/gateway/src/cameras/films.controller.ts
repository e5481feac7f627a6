import { type AnswerOf, filmRpc, routes } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { Controller, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Principal } from '../auth/principal';
import { Transfers } from '../downloads/transfers';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';
import { pageOf } from '../http/paging';

/** Films of cameras. */
@Controller()
export class FilmsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly transfers: Transfers,
  ) {}

  @Endpoint(routes.makeFilm)
  make(@Caller() { actor }: Principal, @Input() { params, body, newId }: CallOf<typeof routes.makeFilm>): Promise<AnswerOf<typeof routes.makeFilm>> {
    return this.rpc.call(filmRpc.make, { camera_id: params.id, film_id: newId, film: body, requested_by: actor });
  }

  @Endpoint(routes.listFilms)
  list(@Input() { params, query }: CallOf<typeof routes.listFilms>): Promise<AnswerOf<typeof routes.listFilms>> {
    const { page, perPage } = pageOf(query);
    return this.rpc.call(filmRpc.list, { camera_id: params.id, page: query.limit === undefined ? page : 1, per_page: perPage });
  }

  @Endpoint(routes.getFilm)
  async get(@Input() { params }: CallOf<typeof routes.getFilm>): Promise<AnswerOf<typeof routes.getFilm>> {
    return { film: (await this.rpc.call(filmRpc.get, { film_id: params.id })).film };
  }

  @Endpoint(routes.convertFilm)
  convert(@Caller() { actor }: Principal, @Input() { params, body, newId }: CallOf<typeof routes.convertFilm>): Promise<AnswerOf<typeof routes.convertFilm>> {
    return this.rpc.call(filmRpc.convert, { source_film_id: params.id, film_id: newId, conversion: body, requested_by: actor });
  }

  @Endpoint(routes.filmVideo)
  async video(@Input() { params }: CallOf<typeof routes.filmVideo>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const { film, video } = await this.rpc.call(filmRpc.get, { film_id: params.id });
    if (video === null) {
      throw new AppError('FILM_NOT_READY', `The film is ${film.state}`, { retryable: film.state !== 'failed' });
    }
    await this.transfers.sendArtifact(request, response, video);
  }

  @Endpoint(routes.deleteFilm)
  async remove(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.deleteFilm>): Promise<void> {
    await this.rpc.call(filmRpc.remove, { film_id: params.id, requested_by: actor });
  }
}
