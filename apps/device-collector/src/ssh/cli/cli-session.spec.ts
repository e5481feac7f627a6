import { AppError, Deferred } from '@capstan/kernel';
import { ManualClock } from '@capstan/testing';
import type { CliChannel } from './cli-channel';
import { CliSession } from './cli-session.client';

const never = new AbortController().signal;
const LOG = '*Feb  2 23:57:24.079: %SYS-5-CONFIG_I: Configured from console by admin on vty0 (192.0.2.9)';

/** A device that answers what it is told to, in packets as the test likes them. */
class FakeDevice implements CliChannel {
  readonly written: string[] = [];
  private listener: (chunk: Buffer) => void = () => undefined;
  private readonly end = new Deferred<AppError>();
  readonly closed = this.end.promise;
  answer: (text: string) => void = () => undefined;

  constructor(private readonly split: 'whole' | 'bytes') {}

  write(text: string): void {
    this.written.push(text);
    this.answer(text);
  }
  onData(listener: (chunk: Buffer) => void): void {
    this.listener = listener;
  }
  close(): void {
    this.end.resolve(new AppError('DEVICE_LOST', 'closed', { retryable: true }));
  }
  say(text: string): void {
    const bytes = Buffer.from(text);
    for (const chunk of this.split === 'whole' ? [bytes] : [...bytes].map((byte) => Buffer.from([byte]))) {
      this.listener(chunk);
    }
  }
}

describe.each(['whole', 'bytes'] as const)(`${CliSession.name} with packets of %s`, (split) => {
  let device: FakeDevice;
  let clock: ManualClock;
  let sut: CliSession;

  beforeEach(() => {
    device = new FakeDevice(split);
    clock = new ManualClock();
    sut = new CliSession(device, clock, { host: 'r1' });
  });

  /** Answers each command from a table; whatever is not in it is an empty line. */
  const behave = (answers: Record<string, string>, prompt = 'R1#'): void => {
    device.answer = (text) => device.say(text === '\n' ? `\r\n${prompt}` : (answers[text] ?? `${text.replace('\n', '\r\n')}${prompt}`));
  };
  const synced = async (): Promise<void> => {
    behave({});
    device.say('R1#');
    const learned = sut.sync(10_000, never);
    await clock.advance(200);
    await expect(learned).resolves.toBe('R1#');
  };

  it('learns the prompt behind a banner whose last line looks like one', async () => {
    device.answer = () => device.say('\r\nR1#');
    device.say('\r\n*** Welcome to the router of dept #1 ***\r\nContact: noc #');
    const learned = sut.sync(10_000, never);
    await clock.advance(1_000);
    await expect(learned).resolves.toBe('R1#');
  });

  it('waits for a slow banner', async () => {
    device.answer = () => device.say('\r\nadmin:');
    const learned = sut.sync(60_000, never);
    await clock.advance(2_000);
    device.answer = () => undefined;
    device.say('Command Line Interface is starting up, please wait ...\r\n');
    await clock.advance(20_000);
    device.answer = () => device.say('\r\nadmin:');
    device.say('Welcome to the Platform Command Line Interface\r\n\r\nadmin:');
    await clock.advance(1_000);
    await expect(learned).resolves.toBe('admin:');
  });

  it('loses patience with a device that never shows a prompt', async () => {
    const learned = sut.sync(60_000, never);
    const told = expect(learned).rejects.toMatchObject({ code: 'PROMPT_LOST' });
    await clock.advance(61_000);
    await told;
    expect(device.written.length).toBeLessThanOrEqual(3);
  });

  it('gives back what stands between echo and prompt', async () => {
    await synced();
    behave({ 'show clock\n': 'show clock\r\n*22:45:44.700 UTC Thu Nov 27 2025\r\nR1#' });
    await expect(sut.run('show clock', never)).resolves.toMatchObject({ lines: ['*22:45:44.700 UTC Thu Nov 27 2025'], prompt: 'R1#' });
  });

  it('is not satisfied by silence', async () => {
    await synced();
    behave({ 'monitor capture C1 export flash:c.pcap\n': 'monitor capture C1 export flash:c.pcap\r\n' });
    const running = sut.run('monitor capture C1 export flash:c.pcap', never);
    let over = false;
    void running.then(() => (over = true));
    await clock.advance(15_000);
    expect(over).toBe(false);
    device.say('Exported Successfully\r\nR1#');
    await expect(running).resolves.toMatchObject({ text: 'Exported Successfully' });
  });

  it('does not take an older prompt for the end of the command', async () => {
    await synced();
    device.answer = () => device.say(`\r\n${LOG}\r\nR1#`);
    const running = sut.run('show version', never);
    await clock.advance(100);
    device.say('show version\r\nCisco IOS XE Software\r\nR1#');
    await expect(running).resolves.toMatchObject({ lines: ['Cisco IOS XE Software'] });
  });

  it('puts an echo together that a log message had torn apart', async () => {
    await synced();
    behave({ 'show clock\n': `show cl\r\n${LOG}\r\nock\r\n22:45:44.700 UTC Thu Nov 27 2025\r\nR1#` });
    await expect(sut.run('show clock', never)).resolves.toMatchObject({ lines: ['22:45:44.700 UTC Thu Nov 27 2025'], messages: [LOG] });
  });

  it('knows the echo that logging synchronous writes anew', async () => {
    await synced();
    behave({ 'show clock\n': `show cl\r\n${LOG}\r\nR1#show clock\r\n22:45:44.700 UTC Thu Nov 27 2025\r\nR1#` });
    await expect(sut.run('show clock', never)).resolves.toMatchObject({ lines: ['22:45:44.700 UTC Thu Nov 27 2025'] });
  });

  it.each([
    ['glued to the prompt', `R1#${LOG}\r\n`],
    ['on a line of its own behind the prompt', `R1#\r\n${LOG}\r\n`],
    ['before the prompt', `${LOG}\r\nR1#`],
  ])('tolerates a log message %s', async (_name, end) => {
    await synced();
    behave({ 'monitor capture C1 stop\n': `monitor capture C1 stop\r\nStopped capture point : C1\r\n${end}` });
    const running = sut.run('monitor capture C1 stop', never);
    await clock.advance(50);
    await expect(running).resolves.toMatchObject({ lines: ['Stopped capture point : C1'], messages: [LOG], prompt: 'R1#' });
  });

  it('leaves log messages where they are when they are what was asked for', async () => {
    await synced();
    behave({ 'show logging\n': `show logging\r\nSyslog logging: enabled\r\n${LOG}\r\nR1#` });
    await expect(sut.run('show logging', never, { logMessages: 'inside' })).resolves.toMatchObject({ lines: ['Syslog logging: enabled', LOG] });
  });

  it('answers a pager, and shows nothing of it', async () => {
    await synced();
    const erase = '\b'.repeat(9) + ' '.repeat(8) + '\b'.repeat(9);
    device.answer = (text) => device.say(text === ' ' ? `${erase}line 3\r\nR1#` : 'show it\r\nline 1\r\nline 2\r\n --More-- ');
    await expect(sut.run('show it', never)).resolves.toMatchObject({ lines: ['line 1', 'line 2', 'line 3'] });
    expect(device.written.at(-1)).toBe(' ');
  });

  it('answers the pager of VOS', async () => {
    await synced();
    device.answer = (text) => device.say(text === ' ' ? '\r\u001b[Kline 2\r\nR1#' : 'file list\r\nline 1\r\nPress <enter> for 1 line, <space> for one page, or <q> to quit');
    await expect(sut.run('file list', never)).resolves.toMatchObject({ lines: ['line 1', 'line 2'] });
  });

  it('answers questions, and shows the answers nowhere', async () => {
    await synced();
    device.answer = (text) => {
      const lines: Record<string, string> = { 'export\n': 'export\r\nDestination filename [c.pcap]? ', 'x.pcap\n': 'x.pcap\r\nPassword: ', 'geheim\n': '\r\nWriting !\r\nR1#' };
      device.say(lines[text] ?? 'R1#');
    };
    const answer = await sut.run('export', never, {
      questions: [
        { name: 'filename', pattern: /Destination filename .*\? ?$/, answer: 'x.pcap' },
        { name: 'password', pattern: /Password: ?$/, answer: 'geheim' },
      ],
    });
    expect(answer.lines.join('\n')).toContain('Writing !');
    expect(answer.text).not.toContain('geheim');
  });

  it('gives up a question that is asked again and again', async () => {
    await synced();
    device.answer = (text) => device.say(text === 'go\n' ? 'go\r\nPassword: ' : '\r\nPassword: ');
    await expect(sut.run('go', never, { questions: [{ name: 'password', pattern: /Password: ?$/, answer: 'x', atMost: 1 }] })).rejects.toMatchObject({
      code: 'CLI_QUESTION_REPEATED',
      details: { question: 'password' },
    });
    expect(device.written.filter((text) => text === 'x\n')).toHaveLength(1);
  });

  it('follows a command that goes on until it is interrupted', async () => {
    await synced();
    device.answer = (text) => device.say(text === '\u0003' ? 'Control-C pressed\r\nR1#' : `${text.trimEnd()}\r\nExecuting command with options:\r\n size=ALL  interface=eth0\r\n`);
    const exchange = sut.begin('capture eth0');
    await expect(exchange.until([{ name: 'running', pattern: /interface=/, where: 'line' }], { timeoutMs: 5_000, idleMs: 5_000 }, never)).resolves.toMatchObject({ name: 'running' });
    expect(exchange.over).toBe(false);
    exchange.interrupt();
    await expect(exchange.finish({ timeoutMs: 5_000, idleMs: 5_000 }, never, [])).resolves.toMatchObject({ lines: expect.arrayContaining(['Control-C pressed']) });
  });

  it('says what the last line was when a command does not end', async () => {
    await synced();
    behave({ 'export\n': 'export\r\nOverwrite? [confirm]' });
    const told = expect(sut.run('export', never)).rejects.toMatchObject({ code: 'PROMPT_LOST', message: expect.stringContaining('Overwrite? [confirm]') });
    await clock.advance(21_000);
    await told;
  });

  it('goes on after a command that was given up, and never gives its answer to the next', async () => {
    await synced();
    device.answer = (text) => (text === 'slow\n' ? device.say('slow\r\npart one\r\n') : undefined);
    const abort = new AbortController();
    const slow = sut.run('slow', abort.signal);
    abort.abort(new AppError('STOPPED', 'enough'));
    await expect(slow).rejects.toMatchObject({ code: 'STOPPED' });
    const next = sut.run('show clock', never);
    await clock.advance(1_000);
    expect(device.written).not.toContain('show clock\n');
    behave({ 'show clock\n': 'show clock\r\n22:45:44.700\r\nR1#' });
    device.say('part two\r\nR1#');
    await expect(next).resolves.toMatchObject({ lines: ['22:45:44.700'] });
  });

  it('interrupts a command that was given up and does not end', async () => {
    await synced();
    device.answer = (text) => device.say(text === 'ask\n' ? 'ask\r\nReally? ' : text.startsWith('\u0003') ? '^C\r\nR1#' : `${text.trimEnd()}\r\nR1#`);
    const abort = new AbortController();
    const asking = sut.run('ask', abort.signal);
    abort.abort(new AppError('STOPPED', 'enough'));
    await expect(asking).rejects.toMatchObject({ code: 'STOPPED' });
    const next = sut.run('show clock', never);
    await clock.advance(6_000);
    await expect(next).resolves.toMatchObject({ lines: [] });
  });

  it('streams a large answer without keeping it, and refuses to keep too much', async () => {
    await synced();
    const large = Array.from({ length: split === 'whole' ? 20_000 : 500 }, (_, index) => `line ${index}`);
    behave({ 'show tech\n': `show tech\r\n${large.join('\r\n')}\r\nR1#` });
    const seen: string[] = [];
    await expect(sut.run('show tech', never, { onLine: (line) => seen.push(line) })).resolves.toMatchObject({ lines: [] });
    expect(seen).toEqual(large);
    await expect(sut.run('show tech', never, { maxOutput: 1_000 })).rejects.toMatchObject({ code: 'OUTPUT_TOO_LARGE' });
  });

  it('keeps lines of an answer that read like the prompt, and blank ones behind them', async () => {
    await synced();
    const config = ['banner motd ^C', 'R1#', '', 'R1#show running-config', 'say R1# to nobody', 'R1#', '^C', 'end'];
    behave({ 'show running-config\n': `show running-config\r\n${config.join('\r\n')}\r\nR1#` });
    const running = sut.run('show running-config', never);
    await clock.advance(1_100);
    await expect(running).resolves.toMatchObject({ lines: config });
  });

  it('follows the prompt into other modes', async () => {
    await synced();
    behave({ 'configure terminal\n': 'configure terminal\r\nEnter configuration commands, one per line.  End with CNTL/Z.\r\nR1(config)#', 'end\n': 'end\r\nR1#' });
    const running = sut.run('configure terminal', never);
    await clock.advance(40);
    await expect(running).resolves.toMatchObject({ prompt: 'R1(config)#' });
    await sut.run('end', never);
    expect(sut.prompt).toBe('R1#');
  });

  it('works with a device that does not echo', async () => {
    await synced();
    device.answer = () => device.say('the answer\r\nR1#');
    const running = sut.run('ask', never);
    await clock.advance(500);
    await expect(running).resolves.toMatchObject({ lines: ['the answer'] });
  });

  it('tells at once when the device is gone', async () => {
    await synced();
    device.answer = () => device.close();
    await expect(sut.run('reload', never)).rejects.toMatchObject({ code: 'DEVICE_LOST' });
  });

  it('sends nothing that would become two commands', async () => {
    await synced();
    const before = device.written.length;
    await expect(sut.run('show clock\nreload', never)).rejects.toMatchObject({ code: 'UNSAFE_ARGUMENT' });
    expect(device.written).toHaveLength(before);
  });
});
