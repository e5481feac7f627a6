import { CliPrompt, mayBePrompt } from './cli-prompt';
import { isSyslogLine } from './syslog-line';

describe(CliPrompt.name, () => {
  it.each([
    ['R1#', ['R1#', 'R1# ', 'R1>', 'R1(config)#', 'R1(config-ext-nacl)#'], ['R1', 'R12#', 'xR1#', 'R1#show', 'R1(config)# x', '#']],
    ['admin:', ['admin:', 'admin: '], ['admin#', 'Welcome admin:', 'admin: x']],
    ['a-very-long-host-name-of-a-router>', ['a-very-long-host-name-of-a-router#', 'a-very-long-host-nam(config)#'], ['a-very-long-host#x', 'another#']],
    ['R1(boot)>', ['R1#', 'R1(config)#'], ['R1(boot)']],
    ['[user@host ~]$', ['[user@host ~]$ '], ['[user@host /]$ ']],
  ])('knows the forms of %s', (shown, prompts, others) => {
    const sut = new CliPrompt(shown);
    expect(prompts.filter((line) => !sut.is(line))).toEqual([]);
    expect(others.filter((line) => sut.is(line))).toEqual([]);
  });

  it('takes a prompt off a line and finds the log message behind it', () => {
    const sut = new CliPrompt('R1#');
    expect(sut.without('R1#show clock')).toBe('show clock');
    expect(sut.messageBehind('R1#*Feb  2 23:57:24.079: %BUFCAP-6-ENABLE: Capture Point C1 enabled.')).toBe('*Feb  2 23:57:24.079: %BUFCAP-6-ENABLE: Capture Point C1 enabled.');
    expect(sut.messageBehind('R1#show clock')).toBeUndefined();
  });

  it('does not take a question for a prompt', () => {
    expect(['Password:', 'Username: ', 'Delete it? [confirm]', 'Proceed (y/n):'].filter(mayBePrompt)).toEqual([]);
  });
});

describe(isSyslogLine.name, () => {
  it.each([
    '*Feb  2 23:57:24.079: %BUFCAP-6-ENABLE: Capture Point CP1 enabled.',
    '.Nov 27 22:45:44.700 UTC: %SYS-5-CONFIG_I: Configured from console by admin on vty0 (192.0.2.1)',
    '000123: Nov 27 2025 22:45:44: %LINK-3-UPDOWN: Interface GigabitEthernet2, changed state to up',
    '00:12:04: %SYS-5-RESTART: System restarted',
    '1w2d: %LINEPROTO-5-UPDOWN: Line protocol on Interface Gi1, changed state to down',
    '%PARSER-4-BADCFG: Unexpected end of configuration file',
  ])('knows %s', (line) => expect(isSyslogLine(line)).toBe(true));

  it.each(['% Invalid input detected at \'^\' marker.', '%Error opening flash:x (No space left on device)', 'Status : Active', '22:45:44.700 UTC Thu Nov 27 2025', ''])('leaves alone: %s', (line) =>
    expect(isSyslogLine(line)).toBe(false),
  );
});
