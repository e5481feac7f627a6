import { filmRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { OnRpc } from '@capstan/messaging';
import type { ObjectStore } from '@capstan/object-store';
import { OBJECT_STORE } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { Cameras } from '../inventory/cameras.repository';
import { Snapshots } from '../snapshots/snapshots.repository';
import { filmKey, FilmRecords, toFilmView, toVideo } from './films.repository';

/** Questions about films. */
@Controller()
export class FilmsController {
  constructor(
    private readonly records: FilmRecords,
    private readonly cameras: Cameras,
    private readonly snapshots: Snapshots,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  @OnRpc(filmRpc.make)
  async make({ camera_id: cameraId, film_id: filmId, film, requested_by: actor }: RequestOf<typeof filmRpc.make>): Promise<ResponseOf<typeof filmRpc.make>> {
    const camera = await this.cameras.get(cameraId);
    const { total } = await this.snapshots.list({ cameraId, since: film.since, until: film.until }, 1, 1);
    if (total < 2) {
      throw new AppError('NOT_ENOUGH_SNAPSHOTS', 'There are fewer than two snapshots of the camera in this time', { details: { snapshots: total } });
    }
    const row = await this.records.add({ filmId, cameraId, cameraName: camera.name, sourceFilmId: null, codec: film.codec, wish: film, frames: Math.min(total, film.limit), createdBy: actor.name });
    return { film: toFilmView(row) };
  }

  @OnRpc(filmRpc.convert)
  async convert({ source_film_id: sourceFilmId, film_id: filmId, conversion, requested_by: actor }: RequestOf<typeof filmRpc.convert>): Promise<ResponseOf<typeof filmRpc.convert>> {
    const source = await this.records.finished(sourceFilmId);
    const row = await this.records.add({ filmId, cameraId: source.camera_id, cameraName: source.camera_name, sourceFilmId, codec: conversion.codec, wish: null, frames: source.frames, createdBy: actor.name });
    return { film: toFilmView(row) };
  }

  @OnRpc(filmRpc.list)
  async list({ camera_id: cameraId, page, per_page: perPage }: RequestOf<typeof filmRpc.list>): Promise<ResponseOf<typeof filmRpc.list>> {
    await this.cameras.get(cameraId);
    const { films, total } = await this.records.list(cameraId, page, perPage);
    return { films: films.map(toFilmView), total, page, per_page: perPage };
  }

  @OnRpc(filmRpc.get)
  async get({ film_id: filmId }: RequestOf<typeof filmRpc.get>): Promise<ResponseOf<typeof filmRpc.get>> {
    const row = await this.records.get(filmId);
    return { film: toFilmView(row), video: toVideo(row) };
  }

  @OnRpc(filmRpc.remove)
  async remove({ film_id: filmId }: RequestOf<typeof filmRpc.remove>): Promise<ResponseOf<typeof filmRpc.remove>> {
    const row = await this.records.get(filmId);
    await this.store.remove([filmKey(row)]);
    await this.records.remove([filmId]);
    return {};
  }
}
