import { collectionTarget } from '@capstan/contracts';
import { AppError, systemClock, systemIds } from '@capstan/kernel';
import { TaskControl, type TaskRun } from '@capstan/tasks';
import type { DeviceDirectory } from '../devices/device-directory.repository';
import { CollectionExecutor } from './collection.executor';
import type { CollectionJobs } from './collection-jobs.repository';
import type { DeviceEnd } from './device-outcome';

describe(CollectionExecutor.name, () => {
  const away = new AppError('DATABASE_UNAVAILABLE', 'away', { retryable: true });
  const finishDevice = jest.fn<Promise<void>, [unknown, DeviceEnd]>(async () => undefined);
  const jobs = { device: async () => undefined, startDevice: async () => undefined, finishDevice } as unknown as CollectionJobs;
  const directory = { find: async () => Promise.reject(away) } as unknown as DeviceDirectory;
  const unused = undefined as never;
  const sut = new CollectionExecutor(directory, unused, unused, unused, jobs, unused, unused, unused, unused, unused, systemClock, Math.random);

  const run = (handsBack: boolean): TaskRun =>
    ({
      task: { task_id: systemIds.next(), session_id: systemIds.next(), spec: collectionTarget.parse({ kind: 'collection', device_id: systemIds.next(), capture_types: ['version', 'arp'] }) },
      control: new TaskControl(),
      journal: { advance: async () => undefined },
      handsBack: (error: unknown) => handsBack && error === away,
    }) as unknown as TaskRun;

  beforeEach(() => finishDevice.mockClear());

  it('writes nothing down of a database that was away, so that the next holder finds a device nobody has asked', async () => {
    await expect(sut.execute(run(true))).rejects.toBe(away);
    expect(finishDevice).not.toHaveBeenCalled();
  });

  it('writes it down when nobody is to try again', async () => {
    await expect(sut.execute(run(false))).resolves.toMatchObject({ outcome: 'failed', error: { code: 'DATABASE_UNAVAILABLE' } });
    expect(finishDevice.mock.calls.map(([, { status, captures }]) => [status, captures.map(({ capture_type: type, status: told }) => [type, told])])).toEqual([['failed', [['version', 'failed'], ['arp', 'failed']]]]);
  });
});
