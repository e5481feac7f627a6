import type { TargetRequest } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { RpcClient } from '@capstan/messaging';
import { TargetCheckClient } from './target-check.client';

const device = { kind: 'collection', device_id: 'd1', capture_types: ['configs'] } as unknown as TargetRequest;
const camera = { kind: 'snapshot', camera_id: 'c1' } as unknown as TargetRequest;

describe(TargetCheckClient.name, () => {
  it('asks each worker once about several sessions, and tells each session what is wrong with it alone', async () => {
    const asked: string[] = [];
    const call = ({ owner }: { owner: string }, { targets }: { targets: unknown[] }) => {
      asked.push(`${owner} ${targets.length}`);
      return owner === 'camera-service'
        ? Promise.reject(new AppError('SERVICE_UNAVAILABLE', 'away', { retryable: true }))
        : Promise.resolve({ errors: [{ index: 2, path: 'device_id', code: 'DEVICE_NOT_FOUND', message: 'no such device' }] });
    };
    const sut = new TargetCheckClient({ call } as unknown as RpcClient);

    const [fine, wrong, away] = await sut.checkAll([[device], [device, device], [device, camera]]);

    expect(asked.sort()).toEqual(['camera-service 1', 'device-collector 4']);
    expect(fine).toBeUndefined();
    expect(wrong).toMatchObject({ code: 'VALIDATION_FAILED', details: { errors: [{ path: 'targets.1.device_id', code: 'DEVICE_NOT_FOUND' }] } });
    expect(away).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
  });
});
