import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import { systemClock } from '@capstan/kernel';
import type { TimedFault } from './faults';
import { type GearPlatform, HOOK_INTERRUPTED } from './gear-platform';
import { readRecording } from './recording';
import { SshGear, type SshGearOptions } from './ssh-gear.client';

const ACCOUNT = { username: 'admin', password: 'gear-Pa55' };

/** A device that shows every kind of action once. */
const platform: GearPlatform = {
  script: {
    name: 'toy',
    ssh: { ident: 'Toy-1', algorithms: 'modern', methods: ['password', 'keyboard-interactive'], question: 'Password: ' },
    device: { host_name: 'toy', disk: 10 },
    session: { lines: 0 },
    greeting: ['Hello {{username}}\n'],
    prompts: { user: '{{host_name}}>', config: '{{host_name}}(config)#' },
    firstMode: 'user',
    commands: [
      { match: 'configure', modes: ['user'], reply: [{ mode: 'config' }] },
      { match: 'hostname (?<new_name>\\w+)', modes: ['config'], reply: [{ set: { host_name: '{{new_name}}' }, scope: 'device' }] },
      { match: 'terminal length (?<lines>\\d+)', reply: [] },
      { match: 'list', reply: [{ say: 'one\ntwo\nthree\nfour\n', paged: true }] },
      { match: 'delete', reply: [{ ask: { prompt: 'Sure? [y/n] ', into: 'sure', accept: '^[yn]$', refused: 'y or n\n' } }, { when: { of: 'sure', is: 'y' }, then: ['deleted\n'], else: ['kept\n'] }] },
      { match: 'secret', reply: [{ ask: { prompt: 'Password: ', into: 'given', echo: 'stars' } }, 'thanks\n'] },
      { match: 'disk', reply: [{ when: { of: 'disk', atLeast: 90 }, then: ['full\n', { end: true }] }, 'fine\n'] },
      { match: 'capture', reply: ['capturing\n', { run: 'capture', on: { interrupted: ['Control-C pressed\n'] } }] },
      { match: 'exit', reply: [{ close: true }] },
    ],
    unknown: ['unknown: {{line}}\n'],
    exec: [{ match: 'cat (?<file>\\w+)', reply: ['content of {{file}}\n'] }],
    pager: { prompt: ' --More-- ', variable: 'lines', keys: { line: '\r', page: ' ', quit: 'q' } },
  },
  create: () => ({
    values: {},
    hooks: {
      capture: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason === HOOK_INTERRUPTED ? 'interrupted' : undefined))),
    },
  }),
};

/** A person at a terminal. */
class Person {
  seen = '';
  closed = false;
  private constructor(private readonly client: Client, private readonly channel: ClientChannel) {
    channel.on('data', (chunk: Buffer) => (this.seen += chunk.toString()));
    channel.on('close', () => (this.closed = true));
  }

  static connect(gear: SshGear, config: Partial<ConnectConfig> = {}): Promise<Client> {
    const client = new Client();
    return new Promise((resolve, reject) => {
      client.on('ready', () => resolve(client)).on('error', reject);
      client.connect({ host: gear.host, port: gear.port, ...ACCOUNT, ...config });
    });
  }

  static async at(gear: SshGear, config: Partial<ConnectConfig> = {}): Promise<Person> {
    const client = await Person.connect(gear, config);
    return new Promise((resolve, reject) => client.shell({ cols: 200 }, (error, channel) => (error ? reject(error) : resolve(new Person(client, channel)))));
  }

  type(text: string): void {
    this.channel.write(text);
  }

  async sees(text: string): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (!this.seen.includes(text)) {
      if (Date.now() > deadline) {
        throw new Error(`never saw ${JSON.stringify(text)}, but ${JSON.stringify(this.seen)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  leave(): void {
    this.client.end();
  }
}

describe(SshGear.name, () => {
  const gears: SshGear[] = [];
  const start = async (options: Partial<SshGearOptions> & { faults?: TimedFault[] } = {}): Promise<SshGear> => {
    const gear = await SshGear.start(platform, { accounts: [ACCOUNT], ...options });
    gears.push(gear);
    return gear;
  };

  afterEach(async () => {
    await Promise.all(gears.splice(0).map((gear) => gear.stop()));
  });

  it('starts dozens in one process, each within 50 ms, each at its own address', async () => {
    await start();
    const before = systemClock.monotonic();
    const fleet = await Promise.all(Array.from({ length: 30 }, (_, index) => start({ host: `127.77.0.${index + 1}`, port: 22_022 })));
    expect((systemClock.monotonic() - before) / fleet.length).toBeLessThan(50);
    const people = await Promise.all(fleet.map((gear) => Person.at(gear)));
    await Promise.all(people.map((person) => person.sees('toy>')));
    people.forEach((person) => person.leave());
  });

  it('plays its script: greeting, prompts per mode, patterns, state of the device, echo', async () => {
    const gear = await start();
    const person = await Person.at(gear);
    await person.sees('Hello admin\r\ntoy>');
    person.type('configure\rhostname R2\rwhat is this\r');
    await person.sees('R2(config)#what is this\r\nunknown: what is this\r\nR2(config)#');
    expect(gear.commands).toEqual(['configure', 'hostname R2', 'what is this']);
    const other = await Person.at(gear);
    await other.sees('R2>');
    other.type('exit\r');
    await other.sees('exit');
    person.leave();
  });

  it('shows the same host key at every connection, until it gets another one', async () => {
    const gear = await start();
    const shown = async (): Promise<string> => {
      let fingerprint = '';
      const client = await Person.connect(gear, { hostHash: 'sha256', hostVerifier: (hash: string) => ((fingerprint = hash), true) });
      client.end();
      return fingerprint;
    };
    const first = await shown();
    await expect(shown()).resolves.toBe(first);
    gear.renewHostKeys();
    await expect(shown()).resolves.not.toBe(first);
  });

  it('asks again until an answer is good, and hides what is secret', async () => {
    const person = await Person.at(await start());
    person.type('delete\rmaybe\ry\rsecret\rabc\r');
    await person.sees('Sure? [y/n] maybe\r\ny or n\r\nSure? [y/n] y\r\ndeleted\r\n');
    await person.sees('Password: ***\r\nthanks');
    person.leave();
  });

  it('breaks long output into pages', async () => {
    const person = await Person.at(await start());
    person.type('terminal length 2\rlist\r');
    await person.sees('two\r\n --More-- ');
    person.type('\r');
    await person.sees('three\r\n --More-- ');
    person.type(' ');
    await person.sees('four\r\ntoy>');
    person.leave();
  });

  it('holds a command until Ctrl-C', async () => {
    const person = await Person.at(await start());
    person.type('capture\r');
    await person.sees('capturing\r\n');
    person.type('\x03');
    await person.sees('Control-C pressed\r\ntoy>');
    person.leave();
  });

  it('serves exec channels without a terminal', async () => {
    const client = await Person.connect(await start());
    const output = await new Promise<string>((resolve, reject) => {
      client.exec('cat file1', (error, channel) => {
        let text = '';
        channel?.on('data', (chunk: Buffer) => (text += chunk.toString())).on('close', () => resolve(text));
        if (error) {
          reject(error);
        }
      });
    });
    expect(output).toBe('content of file1\n');
    client.end();
  });

  it('refuses wrong passwords and counts them, and hangs up behind the third', async () => {
    const gear = await start();
    await expect(Person.at(gear, { password: 'wrong' })).rejects.toThrow('authentication methods failed');
    expect(gear.passwordsSeen).toBe(1);
    const refusing = await start({ faults: [{ fault: { fault: 'wrong-password' } }] });
    await expect(Person.at(refusing)).rejects.toThrow('authentication methods failed');
  });

  it('can take passwords by keyboard-interactive only', async () => {
    const gear = await start({ faults: [{ fault: { fault: 'keyboard-interactive-only' } }] });
    await expect(Person.at(gear)).rejects.toThrow('authentication methods failed');
    const client = new Client();
    await new Promise<void>((resolve, reject) => {
      client.on('ready', resolve).on('error', reject).on('keyboard-interactive', (_name, _text, _lang, _prompts, finish) => finish([ACCOUNT.password]));
      client.connect({ host: gear.host, port: gear.port, username: ACCOUNT.username, tryKeyboard: true });
    });
    client.end();
  });

  it('can offer SHA-1 groups and ssh-rsa only', async () => {
    const gear = await start({ faults: [{ fault: { fault: 'legacy-kex-only' } }] });
    await expect(Person.connect(gear)).rejects.toThrow('no matching key exchange algorithm');
    const client = await Person.connect(gear, { algorithms: { kex: ['diffie-hellman-group1-sha1'], serverHostKey: ['ssh-rsa'] } });
    client.end();
  });

  it('is slow at the login, says things in pieces, and throws log lines in, as it is told', async () => {
    const gear = await start({
      faults: [
        { fault: { fault: 'slow-login', ms: 150 } },
        { fault: { fault: 'split-echo', bytes: 3 } },
        { fault: { fault: 'syslog', line: '%SYS-5-CONFIG_I: hello', everyMs: 40 }, from: { command: '^list' } },
      ],
    });
    const before = systemClock.monotonic();
    const person = await Person.at(gear);
    await person.sees('toy>');
    expect(systemClock.monotonic() - before).toBeGreaterThan(140);
    person.type('list\r');
    await person.sees('%SYS-5-CONFIG_I: hello');
    person.leave();
  });

  it('never answers what it is silent to, and changes its state on its timeline', async () => {
    const gear = await start({
      faults: [
        { fault: { fault: 'silence', command: '^delete' } },
        { fault: { fault: 'state', name: 'disk', value: 95 }, from: { command: '^disk', nth: 2 } },
      ],
    });
    const person = await Person.at(gear);
    person.type('disk\rdisk\r');
    await person.sees('fine\r\ntoy>disk\r\nfull');
    person.type('delete\r');
    await person.sees('delete\r\n');
    expect(person.seen.endsWith('delete\r\n')).toBe(true);
    person.leave();
  });

  it('vanishes and comes back at the same address', async () => {
    const gear = await start();
    const person = await Person.at(gear);
    const back = gear.faults.begin({ fault: { fault: 'vanish' } });
    await expect(Person.at(gear)).rejects.toThrow('ECONNREFUSED');
    back();
    const again = await Person.at(gear);
    await again.sees('toy>');
    again.leave();
    person.leave();
  });

  it('replays a recorded session, with the words of today in place of those of then', async () => {
    const recording = readRecording(readFileSync(join(__dirname, 'test-data/vos-status.cast'), 'utf8'));
    const gear = await start({ recordings: [recording] });
    const person = await Person.at(gear);
    await person.sees('admin:');
    person.type('set cli pagination off\r');
    await person.sees('off\r\nadmin:');
    person.type('file list activelog platform/cli/mine* detail\r');
    await person.sees('mine.cap\r\ndir count = 0, file count = 1\r\nadmin:');
    expect(person.seen).not.toContain('theirs');
    person.leave();
  });
});
