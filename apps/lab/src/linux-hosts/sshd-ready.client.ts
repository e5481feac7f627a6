import { connect } from 'node:net';
import { AppError, type Clock } from '@capstan/kernel';

const READY_WITHIN_MS = 20_000;
const TRY_EVERY_MS = 40;
const ONE_TRY_MS = 1500;

/**
 * Waits until an SSH server greets at `address:port`.
 * @param dead says why it never will, as soon as that is known
 * @throws AppError `LAB_HOST_NOT_READY`
 */
export async function waitForSshBanner(clock: Clock, address: string, port: number, dead: () => string | undefined): Promise<void> {
  const deadline = clock.monotonic() + READY_WITHIN_MS;
  let last = 'no attempt';
  while (clock.monotonic() < deadline) {
    const reason = dead();
    if (reason !== undefined) {
      throw new AppError('LAB_HOST_NOT_READY', `sshd at ${address}:${port} ended: ${reason}`);
    }
    last = await readBanner(address, port);
    if (last.startsWith('SSH-2.0')) {
      return;
    }
    await clock.sleep(TRY_EVERY_MS);
  }
  throw new AppError('LAB_HOST_NOT_READY', `sshd at ${address}:${port} does not answer: ${last}`);
}

function readBanner(address: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: ONE_TRY_MS });
    const settle = (text: string): void => {
      socket.destroy();
      resolve(text);
    };
    socket.once('data', (data) => settle(data.toString('latin1')));
    socket.once('timeout', () => settle('timed out'));
    socket.once('close', () => settle('closed'));
    socket.once('error', (error) => settle(error.message));
  });
}
