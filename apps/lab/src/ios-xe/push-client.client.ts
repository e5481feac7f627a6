import { Client, type ClientChannel } from 'ssh2';

/** Where a router pushes a file. */
export interface PushTarget {
  readonly scheme: 'sftp' | 'scp';
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** Reads `sftp://user@host:port/path`. */
export function readPushUrl(url: string): Omit<PushTarget, 'password'> | undefined {
  const match = /^(sftp|scp):\/\/([^@:/]+)@([\w.-]+)(?::(\d+))?(\/\S+)$/.exec(url);
  return match === null ? undefined : { scheme: match[1] as PushTarget['scheme'], username: match[2] ?? '', host: match[3] ?? '', port: Number(match[4] ?? 22), path: match[5] ?? '' };
}

/**
 * Pushes a file as a router does, one login with what was answered.
 * @returns what the router prints about it; it ends like this whether it worked or not
 */
export function push(target: PushTarget, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const client = new Client();
    const end = (text: string): void => {
      client.end();
      resolve(text);
    };
    client.on('error', (error) => end(/authentication/i.test(error.message) ? '% Permission denied\n' : /refused/i.test(error.message) ? '% Connection refused by remote host\n' : `% Connection timed out (${error.message})\n`));
    client.on('ready', () => {
      if (target.scheme === 'sftp') {
        client.sftp((error, sftp) => {
          if (error) {
            end('% Error opening remote file\n');
            return;
          }
          const stream = sftp.createWriteStream(target.path);
          stream.on('close', () => end('Writing !\n')).on('error', (failure: Error) => end(`%Error writing ${target.path} (${failure.message})\n`));
          stream.end(bytes);
        });
      } else {
        client.exec(`scp -t ${target.path}`, (error, channel) => (error ? end('This service allows sftp connections only.\n') : void byScp(channel, target.path, bytes).then(end)));
      }
    });
    client.connect({ host: target.host, port: target.port, username: target.username, password: target.password, readyTimeout: 5_000 });
  });
}

async function byScp(channel: ClientChannel, path: string, bytes: Buffer): Promise<string> {
  const answers = (channel.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  await answers.next();
  channel.write(`C0644 ${bytes.length} ${path.split('/').at(-1) ?? ''}\n`);
  await answers.next();
  channel.write(bytes);
  channel.write('\0');
  const last = await answers.next();
  channel.end();
  return last.done !== true && last.value[0] === 0 ? 'Writing !\n' : '%Error writing remote file\n';
}
