import type { GearAction, GearCommand, GearScript } from '../ssh-gear/gear-script';
import type { RouterEdition } from './router-editions';

const INVALID: readonly GearAction[] = ["                 ^\n% Invalid input detected at '^' marker.\n\n"];
const CAPTURE = 'monitor capture (?<capture>\\w+)';

/** What a router of an edition says, as data. Its state and its files are hooks. */
export function routerScript(edition: RouterEdition, options: { readonly files: boolean }): GearScript {
  return {
    name: edition.name,
    ssh: { ident: 'Cisco-1.25', algorithms: 'modern', methods: ['keyboard-interactive', 'password'], question: 'Password: ' },
    device: {
      host_name: 'R1',
      /** 15 is at the privileged prompt at once. */
      privilege: 15,
      enable_secret: '',
      interfaces: 'GigabitEthernet1,GigabitEthernet2',
      down_interfaces: '',
      /** One per interface, in their order; an interface without one is unassigned. */
      addresses: '',
      /** Where the router sees its clients come from. */
      client_address: '127.0.0.1',
      router_address: '192.0.2.5',
      scp_server: 'on',
      flash_total: 7_897_796_608,
      flash_free: 5_363_621_888,
      export_ms: 20,
      /** Instead of what an export says. */
      export_says: '',
      /** Instead of what a start says; nothing is started then. */
      start_says: '',
      /** A stop is answered, and nothing is stopped. */
      stop_ignored: 0,
      /** Instead of the counters of a buffer. */
      buffer_says: '',
      clock_offset_ms: 0,
      clock_zone: 'UTC',
      clock_zone_minutes: 0,
      clock_mark: '',
      clock_config: '',
    },
    session: { lines: 24, monitor: 0, text: '', capture: '', setting: '', url: '', include: '', file: '', seconds: 0, packets: 0 },
    greeting: [{ when: { of: 'privilege', is: 15 }, then: [{ mode: 'exec' }] }, '\n'],
    prompts: { user: '{{host_name}}>', exec: '{{host_name}}#', config: '{{host_name}}(config)#', acl: '{{host_name}}(config-ext-nacl)#' },
    firstMode: 'user',
    commands: [...everywhere(), ...captures(edition), ...files(), ...configuration()],
    unknown: INVALID,
    ...(options.files ? { exec: execCommands() } : {}),
    pager: { prompt: ' --More-- ', variable: 'lines', keys: { line: '\r', page: ' ', quit: 'q' } },
  };
}

function everywhere(): GearCommand[] {
  const wrong = (then: readonly GearAction[]): GearAction[] => [{ ask: { prompt: 'Password: ', into: 'secret', echo: 'none' } }, { run: 'enable', on: { right: [{ mode: 'exec' }], wrong: then } }];
  return [
    { match: 'enable', modes: ['exec'], reply: [] },
    { match: 'enable', modes: ['user'], reply: [{ when: { of: 'enable_secret', is: '' }, then: [{ mode: 'exec' }, { end: true }] }, ...wrong(wrong(wrong(['% Bad secrets\n\n'])))] },
    { match: 'terminal length (?<lines>\\d+)', reply: [] },
    { match: 'terminal width \\d+', reply: [] },
    { match: 'terminal no monitor', modes: ['exec', 'user'], reply: [{ set: { monitor: 0 }, scope: 'session' }] },
    { match: 'terminal monitor', modes: ['exec'], reply: [{ set: { monitor: 1 }, scope: 'session' }] },
    { match: '(?:exit|logout)', modes: ['exec', 'user'], reply: [{ close: true }] },
    {
      match: 'show (?<what>[^|]+?)(?: \\| (?:include|inc) (?<include>.+))?',
      modes: ['exec', 'user'],
      reply: [{ run: 'show', with: { what: '{{what}}', include: '{{include}}' }, on: { shown: [{ say: '{{text}}', paged: true }], invalid: INVALID } }],
    },
  ];
}

function captures(edition: RouterEdition): GearCommand[] {
  const absent: readonly GearAction[] = ['Capture {{capture}} does not exist\n'];
  const exported: readonly GearAction[] = [edition.exported];
  const exportWays = {
    absent,
    invalid: INVALID,
    says: ['{{export_says}}\n'],
    full: ['%Error opening flash:{{file}} (No space left on device)\nExport failed\n'],
    exported,
  };
  return [
    {
      match: `${CAPTURE} start`,
      modes: ['exec'],
      reply: [
        { when: { of: 'start_says', matches: '.' }, then: ['{{start_says}}\n', { end: true }] },
        { run: 'start', with: { capture: '{{capture}}' }, on: { absent, started: [edition.started], active: ['Capture {{capture}} is already active\n'], unable: ['Unable to activate Capture.\n'] } },
      ],
    },
    { match: `${CAPTURE} stop`, modes: ['exec'], reply: [{ run: 'stop', with: { capture: '{{capture}}' }, on: { absent, stopped: [edition.stopped], inactive: ['Capture {{capture}} is not active\n'] } }] },
    {
      match: `${CAPTURE} export (?<url>(?:location )?\\S+)`,
      modes: ['exec'],
      reply: [
        {
          run: 'export',
          with: { capture: '{{capture}}', url: '{{url}}', over: '' },
          on: {
            ...exportWays,
            exists: ['%Warning:There is a file already existing with this name\n', { ask: { prompt: 'Do you want to over write? [confirm]', into: 'yes', key: true } }, '\n', { run: 'export', with: { capture: '{{capture}}', url: '{{url}}', over: 'yes' }, on: exportWays }],
            push: [
              { ask: { prompt: 'Address or name of remote host [{{push_host}}]? ', into: 'push_to' } },
              { ask: { prompt: 'Destination username [{{push_user}}]? ', into: 'push_as' } },
              { ask: { prompt: 'Destination filename [{{push_path}}]? ', into: 'push_name' } },
              { ask: { prompt: 'Password: ', into: 'push_password', echo: 'none' } },
              '\n',
              { run: 'push', with: { capture: '{{capture}}', url: '{{url}}', password: '{{push_password}}' }, on: { told: ['{{text}}', ...exported] } },
            ],
          },
        },
      ],
    },
    {
      match: `no ${CAPTURE}`,
      modes: ['exec'],
      reply: [{ run: 'remove', with: { capture: '{{capture}}' }, on: { absent, active: ['Capture {{capture}} is active. Stop it first\n'], removed: [] } }],
    },
    {
      match: `${CAPTURE} (?<setting>.+)`,
      modes: ['exec'],
      reply: [
        {
          run: 'set',
          with: { capture: '{{capture}}', setting: '{{setting}}' },
          on: {
            invalid: INVALID,
            active: ['Capture {{capture}} is active. Stop it first\n'],
            replace: [
              'A filter is already attached to the capture\n',
              { ask: { prompt: 'Replace with specified filter?[confirm]', into: 'yes', key: true } },
              '\n',
              { run: 'replace', with: { capture: '{{capture}}', setting: '{{setting}}' } },
            ],
          },
        },
      ],
    },
  ];
}

function files(): GearCommand[] {
  return [
    {
      match: 'dir (?<fs>flash:|bootflash:)(?<file>[\\w.-]+)?(?: \\| (?:include|inc) (?<include>.+))?',
      modes: ['exec'],
      reply: [{ run: 'dir', with: { file: '{{file}}', include: '{{include}}' } }, { say: '{{text}}', paged: true }],
    },
    { match: 'delete /force (?:flash:|bootflash:)(?<file>[\\w.-]+)', modes: ['exec'], reply: [{ run: 'delete', with: { file: '{{file}}' }, on: { missing: ['%Error deleting flash:{{file}} (No such file or directory)\n'] } }] },
  ];
}

function configuration(): GearCommand[] {
  const list = { match: 'ip access-list extended (?<list>\\w+)', modes: ['config', 'acl'], reply: [{ run: 'list', with: { list: '{{list}}' } }, { mode: 'acl' }] };
  return [
    { match: 'configure terminal', modes: ['exec'], reply: ['Enter configuration commands, one per line.  End with CNTL/Z.\n', { mode: 'config' }] },
    { match: 'end', modes: ['config', 'acl'], reply: [{ mode: 'exec' }] },
    { match: 'exit', modes: ['config'], reply: [{ mode: 'exec' }] },
    { match: 'exit', modes: ['acl'], reply: [{ mode: 'config' }] },
    list,
    { match: 'no ip access-list extended (?<list>\\w+)', modes: ['config', 'acl'], reply: [{ run: 'unlist', with: { list: '{{list}}' }, on: { missing: ["%Can't find acl {{list}}\n"] } }] },
    { match: '(?<entry>(?:permit|deny) .+)', modes: ['acl'], reply: [{ run: 'entry', with: { list: '{{list}}', entry: '{{entry}}' }, on: { invalid: INVALID } }] },
  ];
}

function execCommands(): GearCommand[] {
  return [
    {
      match: 'scp -f (?:flash:|bootflash:)?/?(?<file>[\\w.-]+)',
      reply: [{ when: { of: 'scp_server', is: 'on' }, then: [{ run: 'scp', with: { file: '{{file}}' } }], else: ['%SCP server is Administratively disabled.\n', { set: { exit: 1 }, scope: 'session' }] }],
    },
  ];
}
