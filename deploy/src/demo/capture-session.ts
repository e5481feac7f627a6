import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type CaptureSessionInfo, routes, type ServerMessages } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { io } from 'socket.io-client';
import type { ApiClient } from '../client/api-client';
import type { LabTarget } from '../lab/lab-process';
import { say } from '../terminal';

/** How to log in to a lab host: by its password, or by a stored key where it takes nothing else. */
export async function accountOf(api: ApiClient, target: LabTarget): Promise<{ username: string; password: string } | { credential_id: string }> {
  if (target.password !== undefined) {
    return { username: target.username, password: target.password };
  }
  const { credential } = await api.call(routes.createCredential, {
    body: { name: `demo ${target.name} ${systemIds.next().slice(-12)}`, kind: 'ssh_key', username: target.username, private_key: target.private_key },
  });
  return { credential_id: credential.credential_id };
}

/** Follows a session on the socket, printing states as they come and numbers every two seconds, until it is terminal. */
export async function follow(api: ApiClient, sessionId: string): Promise<CaptureSessionInfo> {
  const socket = io(api.address, { transports: ['websocket'], auth: { token: api.token } });
  const packets = new Map<string, number>();
  let shown = 0;
  socket.on('connect', () => socket.emit('subscribe', { channels: [`session:${sessionId}`] }, () => undefined));
  socket.on('session:state', ({ session }: ServerMessages['session:state']) => say(`  session  ${session.state}`));
  socket.on('session:target', ({ target }: ServerMessages['session:target']) => say(`  ${target.title.padEnd(15)} ${target.state}${target.message === null ? '' : `: ${target.message}`}`));
  socket.on('session:progress', (progress: ServerMessages['session:progress']) => {
    packets.set(progress.target_id, progress.metrics['packets_captured'] ?? 0);
    if (systemClock.monotonic() - shown > 2_000) {
      shown = systemClock.monotonic();
      say(`  packets so far: ${[...packets.values()].join(' + ')}`);
    }
  });
  try {
    for (;;) {
      const { session } = await api.call(routes.getCaptureSession, { params: { id: sessionId } });
      if (session.completed_at !== null) {
        return session;
      }
      await systemClock.sleep(500);
    }
  } finally {
    socket.close();
  }
}

export async function download(api: ApiClient, session: CaptureSessionInfo, dataDir: string): Promise<string> {
  const response = await api.fetch(routes.downloadCaptureSession, { params: { id: session.session_id } });
  const folder = path.join(dataDir, 'bundles');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, session.bundle_filename ?? `${session.session_id}.zip`);
  await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file, { mode: 0o600 }));
  return file;
}
