import { sessionRpc } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { RpcClient } from '@capstan/messaging';
import { ManualClock } from '@capstan/testing';
import type { DataSource } from 'typeorm';
import type { RecordingRow, StreamRow } from './recording-row';
import { RecordingSessions } from './recording-sessions.service';
import type { Recordings } from './recordings.repository';

const BY = { type: 'user', id: 'u', name: 'ann' } as const;
const ROW = { session_id: 's', session_name: 'night', status: 'connecting', frequencies_hz: ['7', '5'], duration_seconds: 8.4, start_at: null, retry_chunks: null, policy: { chunk_seconds: 1, half_band_hz: 5_000, agc: false, gain: 50, connect_seconds: 12 } } as unknown as RecordingRow;
const stream = (receiver: number, frequency: string, target: string | null = null): StreamRow => ({ session_id: 's', receiver_no: receiver, receiver_id: `r${receiver}`, receiver_name: `kiwi ${receiver}`, frequency_hz: frequency, target_id: target }) as StreamRow;

describe(RecordingSessions.name, () => {
  const call = jest.fn();
  const set = jest.fn();
  const query = jest.fn().mockResolvedValue([]);
  let row: RecordingRow;
  let streams: StreamRow[];
  const manager = { query };
  const dataSource = { query, transaction: async (...args: unknown[]) => (args.at(-1) as (manager: unknown) => Promise<unknown>)(manager) } as unknown as DataSource;
  const recordings = { row: async () => row, streams: async () => streams, set } as unknown as Recordings;
  const sut = new RecordingSessions(dataSource, recordings, { call } as unknown as RpcClient, new ManualClock());

  beforeEach(() => {
    [call, set].forEach((mock) => mock.mockReset());
    row = ROW;
    streams = [stream(1, '5'), stream(1, '7'), stream(2, '5'), stream(2, '7')];
    call.mockResolvedValue({ session: { targets: [] } });
  });

  it('orders one target for each receiver and frequency, the same each time', async () => {
    await sut.make('s', BY);
    streams.reverse();
    await sut.make('s', BY);
    const [first, second] = call.mock.calls.map(([definition, request]: [unknown, { targets: { receiver_id: string; frequency_hz: number }[] }]) => ({ definition, request }));
    expect(first?.definition).toBe(sessionRpc.create);
    expect(first?.request).toMatchObject({ session_id: 's', duration_sec: 9, options: { arm_timeout_sec: 12 } });
    expect(first?.request.targets.map((target) => `${target.receiver_id} ${target.frequency_hz}`)).toEqual(['r1 7', 'r2 7', 'r1 5', 'r2 5']);
    expect(second).toEqual(first);
  });

  it('asks for nothing where the session is there, or the recording is over', async () => {
    streams = [stream(1, '7', 't')];
    await sut.make('s', BY);
    [row, streams] = [{ ...ROW, status: 'failed' }, [stream(1, '7')]];
    await sut.make('s', BY);
    expect(call).not.toHaveBeenCalled();
  });

  it('lets the recording go on connecting where nobody knows whether its session was made', async () => {
    call.mockRejectedValue(new AppError('RPC_TIMEOUT', 'no answer', { retryable: true }));
    await expect(sut.make('s', BY)).rejects.toMatchObject({ code: 'RPC_TIMEOUT' });
    expect(set).not.toHaveBeenCalled();
  });

  it('ends the recording where the engine refuses its session', async () => {
    call.mockRejectedValue(new AppError('QUOTA_EXCEEDED', 'There is no room'));
    await expect(sut.make('s', BY)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    expect(set).toHaveBeenCalledWith(manager, 's', expect.objectContaining({ status: 'failed', message: 'There is no room' }));
  });

  it('takes the session that an earlier order has made', async () => {
    call.mockRejectedValueOnce(new AppError('SESSION_STATE_CONFLICT', 'Another session has this id'));
    await sut.make('s', BY);
    expect(call.mock.calls.map(([definition]: [unknown]) => definition)).toEqual([sessionRpc.create, sessionRpc.get]);
    expect(set).not.toHaveBeenCalled();
  });

  it('gives a recording up only where it has no session', async () => {
    await sut.giveUp('s');
    expect(set).not.toHaveBeenCalled();
    call.mockRejectedValueOnce(new AppError('RPC_TIMEOUT', 'no answer', { retryable: true }));
    await expect(sut.giveUp('s')).rejects.toMatchObject({ code: 'RPC_TIMEOUT' });
    expect(set).not.toHaveBeenCalled();
    call.mockRejectedValueOnce(new AppError('SESSION_NOT_FOUND', 'There is no such session'));
    await sut.giveUp('s');
    expect(set).toHaveBeenCalledWith(manager, 's', expect.objectContaining({ status: 'failed' }));
  });
});
