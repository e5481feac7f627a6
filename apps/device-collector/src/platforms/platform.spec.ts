import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAPTURE_TYPES, PLATFORMS } from '@capstan/contracts';
import fc from 'fast-check';
import { builtInPlatforms, captureText, type CommandOutput, CommandRun, findPlatform, type KnownOfDevice, loadPlatforms, type Platform, PlatformCatalogue, proveCompleteness, readCaptureText, rowKey, rowSetHash } from '.';
import { readPlatformFiles } from './operator/platform-file';

function platformOf(name: string): Platform {
  const platform = findPlatform(name);
  if (platform === undefined) {
    throw new Error(`no platform ${name}`);
  }
  return platform;
}

/** Runs a type against a device that answers by a table. */
function collect(platform: Platform, type: string, answers: Readonly<Record<string, string>>, known: KnownOfDevice = {}, options: ConstructorParameters<typeof CommandRun>[3] = {}): { sent: string[]; outputs: readonly CommandOutput[] } {
  const run = platform.run(type, known, options);
  const sent: string[] = [];
  for (let next = run?.next(); run !== undefined && next !== undefined; next = run.next()) {
    sent.push(next.text);
    run.take(answers[next.text] ?? "% Invalid input detected at '^' marker.");
  }
  return { sent, outputs: run?.outputs ?? [] };
}

describe('the platforms', () => {
  it('are those of the contract', () => {
    expect(builtInPlatforms.all.map(({ name }) => name).sort()).toEqual([...PLATFORMS].sort());
    expect(findPlatform('toaster')).toBeUndefined();
  });

  it.each(PLATFORMS)('%s has a plan for each of the eight types', (name) => {
    expect(platformOf(name).types).toEqual([...CAPTURE_TYPES]);
  });

  it.each(PLATFORMS)('%s has noise rules that begin at the start of a line', (name) => {
    for (const rule of [...platformOf(name).data.noise, ...platformOf(name).data.order, ...platformOf(name).data.session.errorLines.filter(({ pattern }) => !pattern.source.includes('not found') && !pattern.source.includes('Permission denied$'))]) {
      expect(rule.pattern.source).toMatch(/^\^/);
    }
  });

  it.each([
    ['cisco_ios', ['R1#', 'R1>', 'dist-sw.site-2(config-if)#', 'user@R1# '], ['contact <noc@example.com>', '# a banner #', 'Password:']],
    ['cisco_nxos', ['leaf-01#', 'leaf-01(config)# '], ['leaf-01>', 'end']],
    ['cisco_iosxr', ['RP/0/RSP0/CPU0:pe1#', 'RP/0/RP0/CPU0:pe1(config)#'], ['pe1#']],
    ['arista_eos', ['leaf-01>', 'leaf-01..10:20:30#', 'leaf-01(config)#'], ['! end #']],
    ['juniper_junos', ['ops@mx1>', 'ops@mx1# '], ['{master:0}', 'mx1>']],
    ['aruba_aoss', ['Aruba 2930F(config)# ', 'core sw> '], ['core sw>x']],
    ['paloalto_panos', ['admin@fw1>', 'admin@fw1(active)> ', 'admin@fw1(passive)#'], ['fw1>']],
    ['frr', ['vm# ', 'vm(config-if)# ', 'vm> '], ['vm#x']],
  ])('%s knows its prompt', (name, prompts, others) => {
    const { prompt } = platformOf(name).session;
    expect(prompts.filter((line) => !prompt.test(line))).toEqual([]);
    expect(others.filter((line) => prompt.test(line))).toEqual([]);
  });

  it.each([' --More-- ', '--More--', '<--- More --->', '---- More ----', '-- MORE --, next page: Space, next line: Enter, quit: Control-C', '---(more 12%)---', 'lines 1-23', ':', '(END)'])('survives the pager %j', (mark) => {
    expect(platformOf('cisco_ios').session.pagers.some((pager) => pager.test(mark))).toBe(true);
  });

  it.each([
    ['Enter new password:', 'AUTH_FAILED', undefined],
    ['% Login invalid', 'AUTH_FAILED', undefined],
    ['Press any key to continue', undefined, ' '],
    ['Proceed with reload? [confirm]', undefined, 'n'],
    ['Do you want to continue (y/n)?', undefined, 'n'],
  ])('knows what to do at %j', (line, error, answer) => {
    const found = platformOf('cisco_ios').session.interrupters.find(({ pattern }) => pattern.test(line));
    expect({ error: found?.error, answer: found?.answer }).toEqual({ error, answer });
  });

  it.each([
    ['cisco_ios', '   ^\n% Invalid input detected at \'^\' marker.', 'CMD_INVALID'],
    ['cisco_ios', '% Incomplete command.', 'CMD_INCOMPLETE'],
    ['cisco_ios', '% Ambiguous command:  "sh i"', 'CMD_AMBIGUOUS'],
    ['cisco_ios', 'Command authorization failed.', 'CMD_UNAUTHORIZED'],
    ['cisco_ios', '% Access denied', 'CMD_UNAUTHORIZED'],
    ['cisco_ios', '% Bad secrets', 'ENABLE_FAILED'],
    ['cisco_nxos', "                ^\n% Invalid command at '^' marker.", 'CMD_INVALID'],
    ['cisco_nxos', '% Permission denied for the role', 'CMD_UNAUTHORIZED'],
    ['cisco_nxos', 'Syntax error while parsing \'x\'', 'CMD_INVALID'],
    ['cisco_iosxr', '% This command is not authorized', 'CMD_UNAUTHORIZED'],
    ['arista_eos', '% Authorization denied for command \'x\'', 'CMD_UNAUTHORIZED'],
    ['arista_eos', '% LLDP is not enabled', 'FEATURE_DISABLED'],
    ['juniper_junos', '                ^\nsyntax error, expecting <command>.', 'CMD_INVALID'],
    ['juniper_junos', 'error: could not do it', 'CMD_FAILED'],
    ['juniper_junos', 'missing argument.', 'CMD_INCOMPLETE'],
    ['aruba_aoss', 'Invalid input: lldp', 'CMD_INVALID'],
    ['aruba_aoscx', 'Cannot execute command. Command not allowed.', 'CMD_UNAUTHORIZED'],
    ['paloalto_panos', 'Server error : x', 'CMD_FAILED'],
    ['paloalto_panos', 'Unknown command: x', 'CMD_INVALID'],
    ['linux', 'bash: line 1: lldpctl: command not found', 'CMD_INVALID'],
    ['frr', '% Unknown command: show arp', 'CMD_INVALID'],
  ])('%s understands %j as an error', (name, text, expected) => {
    expect(platformOf(name).readError(text)?.class).toBe(expected);
  });

  it('does not take a long answer for an error because it begins like one', () => {
    expect(platformOf('cisco_ios').readError(`% Invalid input\n${'line\n'.repeat(10)}`)).toBeUndefined();
    expect(platformOf('cisco_ios').readError('hostname R1\n% Invalid input')).toBeUndefined();
  });
});

describe(CommandRun.name, () => {
  const HEADING = 'Protocol  Address          Age (min)  Hardware Addr   Type   Interface';
  const entry = (ip: string): string => `${HEADING}\nInternet  ${ip}  1  0011.2233.4455  ARPA  Vlan1`;

  it('asks once for the VRFs, and then for each of them', () => {
    const known: KnownOfDevice = {};
    const answers = { 'show ip arp': entry('10.0.0.1'), 'show vrf': '  Name                             Default RD            Protocols   Interfaces\n  BLUE                             65000:1               ipv4        Vl1\n                                                                     Vl2\n  RED                              <not set>             ipv4,ipv6   Vl3', 'show ip arp vrf BLUE': entry('10.0.0.1'), 'show ip arp vrf RED': HEADING };
    const { sent, outputs } = collect(platformOf('cisco_ios'), 'arp', answers, known);
    expect(sent).toEqual(['show ip arp', 'show vrf', 'show ip arp vrf BLUE', 'show ip arp vrf RED']);
    expect(known.vrfs).toEqual(['BLUE', 'RED']);
    expect(platformOf('cisco_ios').parse('arp', outputs).rows.map(({ context, ip }) => [context, ip])).toEqual([['default', '10.0.0.1'], ['BLUE', '10.0.0.1']]);
    expect(collect(platformOf('cisco_ios'), 'arp', answers, known).sent).toEqual(['show ip arp', 'show ip arp vrf BLUE', 'show ip arp vrf RED']);
    expect(platformOf('cisco_ios').parse('arp', captureText(outputs)).rows.map(({ context, ip }) => [context, ip])).toEqual([['default', '10.0.0.1'], ['BLUE', '10.0.0.1']]);
  });

  it('tries the next way where a device does not know one', () => {
    const { sent, outputs } = collect(platformOf('cisco_ios'), 'interfaces', { 'show ip interface brief': 'Interface IP-Address OK? Method Status Protocol' }, {}, { extras: false });
    expect(sent).toEqual(['show interfaces status', 'show ip interface brief']);
    expect(outputs.map(({ command }) => command)).toEqual(['show ip interface brief']);
  });

  it('ends with the last error where a device knows none', () => {
    const { outputs } = collect(platformOf('cisco_ios'), 'mac', {});
    expect(platformOf('cisco_ios').parse('mac', outputs).status).toBe('unsupported');
  });

  it('says that the account may not, when only another way to ask is unknown', () => {
    const { outputs } = collect(platformOf('cisco_ios'), 'configs', { 'show running-config': 'Command authorization failed.' });
    expect(outputs).toHaveLength(1);
    expect(platformOf('cisco_ios').parse('configs', outputs)).toMatchObject({ status: 'failed', error: { class: 'CMD_UNAUTHORIZED' } });
  });

  it('falls back to text where JSON is broken', () => {
    const { sent, outputs } = collect(platformOf('arista_eos'), 'version', { 'show version | json': '{"modelName": "DCS', 'show version': 'Arista DCS-7050\nSoftware image version: 4.28.3M' }, {}, { prefer: 'json' });
    expect(sent).toEqual(['show version | json', 'show version']);
    expect(platformOf('arista_eos').parse('version', outputs).rows).toEqual([expect.objectContaining({ os_version: '4.28.3M' })]);
  });

  it('has nothing to ask where a platform has nothing of the kind', () => {
    expect(platformOf('frr').run('inventory')).toBeUndefined();
    expect(platformOf('frr').parse('inventory', '').status).toBe('unsupported');
  });

  it('takes an exit status for an error', () => {
    const run = platformOf('linux').run('lldp');
    run?.take('', 127);
    expect(platformOf('linux').parse('lldp', run?.outputs ?? []).status).toBe('unsupported');
  });
});

describe(captureText.name, () => {
  it('keeps one answer to the byte', () => {
    fc.assert(fc.property(fc.string().filter((text) => !text.startsWith('=====')), (text) => {
      const outputs: CommandOutput[] = [{ command: 'show version', format: 'text', extra: false, text }];
      expect(captureText(outputs)).toBe(text);
      expect(readCaptureText(text, 'show version')).toEqual(outputs);
    }));
  });
});

describe(proveCompleteness.name, () => {
  const ios = platformOf('cisco_ios');
  const config = `hostname R1\n${'interface Loopback1\n ip address 10.0.0.1 255.255.255.255\n!\n'.repeat(10)}end\n`;
  const output = (text: string): CommandOutput => ({ command: 'show running-config', format: 'text', extra: false, text });
  const codes = (text: string, endedBy: 'prompt' | 'closed' | 'timeout' = 'prompt', lastGoodChars?: number): string[] =>
    proveCompleteness({ platform: ios, type: 'configs', outputs: [output(text)], evidence: [{ endedBy }], ...(lastGoodChars === undefined ? {} : { lastGoodChars }) }).reasons.map(({ code }) => code);

  it('holds a whole configuration for proven', () => {
    expect(codes(config)).toEqual([]);
    expect(codes(config, 'prompt', config.length + 50)).toEqual([]);
  });

  it.each([
    ['a channel that closed', config, 'closed', undefined, ['no_prompt']],
    ['a read that timed out', config, 'timeout', undefined, ['no_prompt']],
    ['an end that is missing', config.replace('end\n', ''), 'prompt', undefined, ['end_marker_missing']],
    ['hardly anything', 'end', 'prompt', undefined, ['too_small']],
    ['a loss of more than 40 %', config, 'prompt', config.length * 2, ['shrunk']],
  ] as const)('suspects %s', (_what, text, endedBy, lastGoodChars, expected) => {
    expect(codes(text, endedBy, lastGoodChars)).toEqual(expected);
  });

  it('suspects an error instead of an answer', () => {
    const run = ios.run('configs');
    run?.take('show: Command not found.');
    expect(proveCompleteness({ platform: ios, type: 'configs', outputs: run?.outputs ?? [], evidence: [{ endedBy: 'prompt' }] }).verdict).toBe('suspect');
  });

  it('closes intervals only when every line is understood and the counts are right', () => {
    const text = 'Protocol  Address          Age (min)  Hardware Addr   Type   Interface\nInternet  10.0.0.1  1  0011.2233.4455  ARPA  Vlan1';
    const of = (arp: string): unknown => {
      const outputs = [{ ...output(arp), command: 'show ip arp' }];
      return proveCompleteness({ platform: ios, type: 'arp', outputs, evidence: [{ endedBy: 'prompt' }], parsed: ios.parse('arp', outputs) });
    };
    expect(of(text)).toMatchObject({ verdict: 'proven', closesIntervals: true });
    expect(of(`${text}\nsomething else`)).toMatchObject({ verdict: 'proven', closesIntervals: false });
  });

  it('misses a VRF that did not answer', () => {
    const outputs: CommandOutput[] = [{ ...output(''), command: 'show ip arp' }, { command: 'show ip arp vrf RED', format: 'text', context: 'RED', extra: true, text: '', error: { class: 'CMD_UNAUTHORIZED', text: 'no' } }];
    expect(proveCompleteness({ platform: ios, type: 'arp', outputs, evidence: [{ endedBy: 'prompt' }, { endedBy: 'prompt' }] }).reasons).toEqual([expect.objectContaining({ code: 'vrf_missing' })]);
  });

  it('takes a wrong count for a hole', () => {
    const nxos = platformOf('cisco_nxos');
    const outputs = [{ ...output('IP ARP Table for all contexts\nTotal number of entries: 5\nAddress         Age       MAC Address     Interface\n10.0.0.1  00:00:01  0011.2233.4455  Vlan1'), command: 'show ip arp vrf all' }];
    expect(proveCompleteness({ platform: nxos, type: 'arp', outputs, evidence: [{ endedBy: 'prompt' }], parsed: nxos.parse('arp', outputs) }).reasons).toEqual([expect.objectContaining({ code: 'checksum_mismatch' })]);
  });
});

describe(rowSetHash.name, () => {
  const rows = (text: string): Parameters<typeof rowSetHash<'routes'>>[1] => platformOf('cisco_ios').parse('routes', text).rows;

  it('does not depend on ages and order', () => {
    const one = rows('O        10.1.0.0/16 [110/2] via 10.0.0.2, 00:00:04, Gi0/1\nO        10.2.0.0/16 [110/2] via 10.0.0.2, 00:00:04, Gi0/1');
    const other = rows('O        10.2.0.0/16 [110/2] via 10.0.0.2, 1d04h, Gi0/1\nO        10.1.0.0/16 [110/2] via 10.0.0.2, 1d04h, Gi0/1');
    expect(rowSetHash('routes', other)).toBe(rowSetHash('routes', one));
    expect(rowSetHash('routes', rows('O        10.2.0.0/16 [110/3] via 10.0.0.2, 1d04h, Gi0/1'))).not.toBe(rowSetHash('routes', one));
    expect(one.map((row) => rowKey('routes', row))).toEqual(['default|10.1.0.0/16|ospf', 'default|10.2.0.0/16|ospf']);
  });

  it('is what it was in earlier versions: every capture that is stored would show a change otherwise', () => {
    const one = rows('O        10.1.0.0/16 [110/2] via 10.0.0.2, 00:00:04, Gi0/1\nO        10.2.0.0/16 [110/2] via 10.0.0.2, 00:00:04, Gi0/1');
    expect(rowSetHash('routes', one)).toBe('98074919c23b32995cd462d00cd81cc0394d78d616a40431b7ae505cd6ac506a');
  });
});

describe('normalise', () => {
  it.each(PLATFORMS)('of %s changes nothing the second time, and never throws', (name) => {
    const platform = platformOf(name);
    const samples = ['!', '', 'Building configuration...', '! Last configuration change at x', ' certificate self-signed 01', '  30820330 30820218', 'ntp server 10.0.0.2', 'ntp server 10.0.0.1', 'hostname x', ' --More-- ', '\u001b[24;1Hfoo', 'username b', 'username a', '%SYS-5-CONFIG_I: Configured from console by x on vty0'];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom(...samples))), fc.constantFrom(...CAPTURE_TYPES), (lines, type) => {
        const once = platform.normalise(type, lines.join('\n')).text;
        expect(platform.normalise(type, once).text).toBe(once);
      }),
    );
  });
});

describe(loadPlatforms.name, () => {
  const definitions = builtInPlatforms.all.map(({ data }) => data);

  it('adds types to a platform and platforms like others, from the files of a directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'platforms-'));
    try {
      await writeFile(join(directory, '10-bgp.json'), JSON.stringify({ platform: 'cisco_ios', commands: { bgp: 'show ip bgp summary', ntp: { steps: ['show ntp status', { choices: ['show ntp associations detail', 'show ntp associations'], extra: true }], timeout_sec: 90 } } }));
      await writeFile(join(directory, '20-own.json'), JSON.stringify({ platform: 'acme_os', like: 'arista_eos', title: 'Acme', session: { prompt: '^acme[>#] ?$', enable_command: null }, secrets: [{ name: 'pin', pattern: '^pin (?<secret>\\d+)$' }] }));
      const sut = await loadPlatforms(directory);
      expect(sut).toBeInstanceOf(PlatformCatalogue);
      expect(sut.find('cisco_ios')?.types).toEqual([...CAPTURE_TYPES, 'bgp', 'ntp']);
      expect(sut.find('cisco_ios')?.commands('ntp')?.limits).toEqual({ absoluteMs: 90_000, idleMs: 20_000 });
      expect(sut.find('cisco_ios')?.parse('bgp', 'BGP router identifier').status).toBe('unparsed');
      expect(sut.find('acme_os')?.session.prompt.test('acme# ')).toBe(true);
      expect(sut.find('acme_os')?.session.enable).toBeUndefined();
      expect(sut.find('acme_os')?.mask('pin 1234', 'k').text).not.toContain('1234');
      expect(sut.find('acme_os')?.parse('arp', 'Address         Age (sec)  Hardware Addr   Interface\n10.20.1.9  0  00de.ad00.be09  Et1').status).toBe('parsed');
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it.each([
    ['not JSON', '{', /^x\.json$/],
    ['a pattern that is none', JSON.stringify({ platform: 'cisco_ios', noise: [{ name: 'n', pattern: '^(' }] }), /^x\.json#noise\.0\.pattern$/],
    ['a noise rule that is not anchored', JSON.stringify({ platform: 'cisco_ios', noise: [{ name: 'n', pattern: 'from' }] }), /^x\.json#noise\.0\.pattern$/],
    ['an unknown field', JSON.stringify({ platform: 'cisco_ios', comands: {} }), /^x\.json#$/],
    ['a command of two lines', JSON.stringify({ platform: 'cisco_ios', commands: { bgp: 'show x\nreload' } }), /^x\.json#commands\.bgp/],
    ['a parent there is not', JSON.stringify({ platform: 'acme_os', like: 'acme' }), /^x\.json#like$/],
    ['a platform of its own without a prompt', JSON.stringify({ platform: 'acme_os', commands: { arp: 'show arp' } }), /^x\.json#session\.prompt$/],
    ['a secret without a group', JSON.stringify({ platform: 'cisco_ios', secrets: [{ name: 'n', pattern: '^pin' }] }), /^x\.json#secrets\.0\.pattern$/],
  ])('names the place of %s', (_what, text, path) => {
    const { errors, platforms } = readPlatformFiles([{ name: 'x.json', text }], definitions);
    expect(platforms).toEqual([]);
    expect(errors[0]?.path).toMatch(path);
  });
});
