import { sessionRpc } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { RpcClient } from '@capstan/messaging';
import { orExpired } from './or-expired';

describe(orExpired.name, () => {
  const missing = () => Promise.reject(new AppError('RECORDING_NOT_FOUND', 'No such recording'));
  const answering = (code: string) => ({ call: jest.fn((definition: unknown) => (definition === sessionRpc.get ? Promise.reject(new AppError(code, 'why')) : Promise.reject(new Error('unexpected')))) }) as unknown as RpcClient & { call: jest.Mock };

  it('tells that retention removed the session', async () => {
    await expect(orExpired(answering('SESSION_EXPIRED'), 'id', missing())).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
  });

  it('leaves every other answer as it is, and asks nobody about it', async () => {
    await expect(orExpired(answering('SESSION_NOT_FOUND'), 'id', missing())).rejects.toMatchObject({ code: 'RECORDING_NOT_FOUND' });
    const rpc = answering('SESSION_EXPIRED');
    await expect(orExpired(rpc, 'id', Promise.resolve(7))).resolves.toBe(7);
    await expect(orExpired(rpc, 'id', Promise.reject(new AppError('RPC_TIMEOUT', 'late')))).rejects.toMatchObject({ code: 'RPC_TIMEOUT' });
    expect(rpc.call).not.toHaveBeenCalled();
  });
});
