import { statfs } from 'node:fs/promises';
import { connect, createServer, type ListenOptions, type Server } from 'node:net';
import path from 'node:path';
import { AppError } from '@capstan/kernel';

const LOOPBACK = '127.0.0.1';

/** A TCP port that is free on loopback and that no process gets from here as long as this one lives. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port!;
}

/**
 * Below the ports that Linux gives to outgoing connections (32768 and up): of those, one that is free now may belong to any
 * connection of any program before whoever it was found for has started.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 100;

/** Several different free ports, as {@link freePort} finds one. @throws Error when there is none */
export async function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => claimPort()));
}

async function claimPort(): Promise<number> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if ((await claim(port)) && (await listened(port))) {
      return port;
    }
  }
  throw new Error(`no free port found between ${LOWEST} and ${HIGHEST}`);
}

/**
 * Whether a port is this process's from now on. Seconds pass before whoever it is for listens, and other launchers or test
 * workers look for ports meanwhile: a socket with an abstract name (Linux, unix(7)) tells them. It lives in the same network
 * namespace as the port and is gone with the process, however that ends.
 */
async function claim(port: number): Promise<boolean> {
  const claimed = createServer().unref();
  return listening(claimed, { path: `\0capstan-port-${port}` });
}

async function listened(port: number): Promise<boolean> {
  const server = createServer();
  const free = await listening(server, { port, host: LOOPBACK });
  await new Promise((resolve) => server.close(resolve));
  return free;
}

async function listening(server: Server, where: ListenOptions): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(where, () => resolve(true));
  });
}

/**
 * @param purpose what would listen there, as the person knows it: `the web app`
 * @param setting the setting by which another port is chosen
 * @throws AppError `PORT_IN_USE` naming the port; `PORT_NOT_ALLOWED` when this user may not bind it.
 */
export async function assertPortFree(port: number, purpose: string, setting: string, host: string = LOOPBACK): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    if (reason === 'EADDRINUSE') {
      throw new AppError('PORT_IN_USE', `Port ${port} for ${purpose} is in use by another program: stop that program, or choose another port with ${setting}`, {
        details: { port, setting },
      });
    }
    if (reason === 'EACCES') {
      throw new AppError('PORT_NOT_ALLOWED', `This user may not listen on port ${port} for ${purpose}: choose a port above 1023 with ${setting}`, {
        details: { port, setting },
      });
    }
    if (reason === 'EADDRNOTAVAIL') {
      throw new AppError('ADDRESS_NOT_AVAILABLE', `${host} for ${purpose} is not an address of this machine: set another one`, { details: { host } });
    }
    throw error;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Whether something accepts TCP connections at a port of this machine. */
export async function accepts(port: number, host: string = LOOPBACK): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/** Bytes an ordinary user may still write to the file system that holds `folder` or will hold it. */
export async function freeDiskBytes(folder: string): Promise<number> {
  let place = path.resolve(folder);
  for (;;) {
    try {
      const { bavail, bsize } = await statfs(place);
      return bavail * bsize;
    } catch (error) {
      const parent = path.dirname(place);
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === place) {
        throw error;
      }
      place = parent;
    }
  }
}

/** @throws AppError `DISK_LOW` when fewer than `requiredBytes` are free where `folder` is. */
export async function assertDiskSpace(folder: string, requiredBytes: number): Promise<void> {
  const freeBytes = await freeDiskBytes(folder);
  if (freeBytes < requiredBytes) {
    const mebibytes = (bytes: number): string => `${Math.floor(bytes / 1_048_576)} MiB`;
    throw new AppError('DISK_LOW', `Only ${mebibytes(freeBytes)} are free where ${folder} is, and ${mebibytes(requiredBytes)} are needed: free some space, or choose another folder`, {
      retryable: true,
      details: { folder, freeBytes, requiredBytes },
    });
  }
}
