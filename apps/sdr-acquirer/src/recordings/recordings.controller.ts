import { type RequestOf, recordingRpc, type ResponseOf, sessionRpc } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { OnRpc, RpcClient } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { Exports } from '../exports/exports.service';
import { chunkViewOf, Recordings } from './recordings.repository';
import { RecordingsService } from './recordings.service';
import { Waterfalls } from './waterfalls.service';

type Answer = ResponseOf<typeof recordingRpc.get>;

/** Questions and orders about recordings. */
@Controller()
export class RecordingsController {
  constructor(
    private readonly recordings: Recordings,
    private readonly service: RecordingsService,
    private readonly exports: Exports,
    private readonly waterfalls: Waterfalls,
    private readonly rpc: RpcClient,
  ) {}

  @OnRpc(recordingRpc.create)
  async create({ session_id, recording, requested_by }: RequestOf<typeof recordingRpc.create>): Promise<Answer> {
    return { recording: await this.service.create(session_id, recording, requested_by) };
  }

  @OnRpc(recordingRpc.start)
  async start({ session_id, command, requested_by }: RequestOf<typeof recordingRpc.start>): Promise<Answer> {
    return { recording: await this.service.start(session_id, command, requested_by) };
  }

  @OnRpc(recordingRpc.assign)
  async assign({ session_id, source_id }: RequestOf<typeof recordingRpc.assign>): Promise<Answer> {
    return { recording: await this.service.assign(session_id, source_id) };
  }

  @OnRpc(recordingRpc.complete)
  async complete({ session_id, command, requested_by }: RequestOf<typeof recordingRpc.complete>): Promise<Answer> {
    return { recording: await this.service.complete(session_id, command, requested_by) };
  }

  @OnRpc(recordingRpc.list)
  list(query: RequestOf<typeof recordingRpc.list>): Promise<ResponseOf<typeof recordingRpc.list>> {
    return this.recordings.list(query);
  }

  @OnRpc(recordingRpc.get)
  async get({ session_id }: RequestOf<typeof recordingRpc.get>): Promise<Answer> {
    return { recording: await this.recordings.view(session_id) };
  }

  @OnRpc(recordingRpc.update)
  async update({ session_id, changes }: RequestOf<typeof recordingRpc.update>): Promise<Answer> {
    return { recording: await this.service.update(session_id, changes) };
  }

  @OnRpc(recordingRpc.remove)
  async remove({ session_id, requested_by }: RequestOf<typeof recordingRpc.remove>): Promise<ResponseOf<typeof recordingRpc.remove>> {
    return { deleted: await this.service.remove(session_id, requested_by) };
  }

  @OnRpc(recordingRpc.pause)
  async pause({ session_id, requested_by }: RequestOf<typeof recordingRpc.pause>): Promise<Answer> {
    await this.orderPause(session_id, 'in_progress', 'paused', () => this.rpc.call(sessionRpc.pause, { session_id, requested_by }));
    return { recording: await this.recordings.view(session_id) };
  }

  @OnRpc(recordingRpc.resume)
  async resume({ session_id, requested_by }: RequestOf<typeof recordingRpc.resume>): Promise<Answer> {
    await this.orderPause(session_id, 'paused', 'in_progress', () => this.rpc.call(sessionRpc.resume, { session_id, requested_by }));
    return { recording: await this.recordings.view(session_id) };
  }

  @OnRpc(recordingRpc.cancel)
  async cancel({ session_id, requested_by }: RequestOf<typeof recordingRpc.cancel>): Promise<Answer> {
    return { recording: await this.service.cancel(session_id, requested_by) };
  }

  @OnRpc(recordingRpc.retry)
  async retry({ session_id, new_session_id, retry, requested_by }: RequestOf<typeof recordingRpc.retry>): Promise<Answer> {
    return { recording: await this.service.retry(session_id, new_session_id, retry.chunks, requested_by) };
  }

  @OnRpc(recordingRpc.chunks)
  async chunks({ session_id, ...query }: RequestOf<typeof recordingRpc.chunks>): Promise<ResponseOf<typeof recordingRpc.chunks>> {
    await this.recordings.row(session_id);
    return { chunks: (await this.recordings.chunkRows(session_id, query)).map(chunkViewOf) };
  }

  @OnRpc(recordingRpc.export)
  export({ session_id, format, receiver_no }: RequestOf<typeof recordingRpc.export>): Promise<ResponseOf<typeof recordingRpc.export>> {
    return this.exports.make(session_id, format, receiver_no);
  }

  @OnRpc(recordingRpc.analytics)
  analytics(): Promise<ResponseOf<typeof recordingRpc.analytics>> {
    return this.recordings.analytics();
  }

  @OnRpc(recordingRpc.watchWaterfall)
  async watch({ session_id, receiver_id, bins, fps }: RequestOf<typeof recordingRpc.watchWaterfall>): Promise<ResponseOf<typeof recordingRpc.watchWaterfall>> {
    return { bins: await this.waterfalls.watch(session_id, receiver_id, bins, fps) };
  }

  private async orderPause(sessionId: string, from: string, to: string, order: () => Promise<unknown>): Promise<void> {
    const { status } = await this.recordings.row(sessionId);
    if (status !== from && status !== to) {
      throw new AppError('ILLEGAL_TRANSITION', `A recording that is ${status} cannot become ${to}`, { details: { from: status, to } });
    }
    await order();
  }
}
