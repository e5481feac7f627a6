import type { GearAction, GearScript } from '../ssh-gear/gear-script';
import type { NodeEdition } from './node-editions';

const OPTIONS_BLOCK = 'Executing command with options:\n size={{cap_size}}                count={{cap_count}}              interface=eth0\n src={{cap_src}}                    dest={{cap_dest}}                 port={{cap_port}}\n ip={{cap_ip}}\n';

const STATUS = `
Host Name          : {{node_name}}
Date               : {{node_date}}
Time Zone          : {{node_zone}}
Locale             : en_US.UTF-8
Product Ver        : {{version}}
Unified OS Version : 7.0.0.0-4

Uptime:
 {{node_clock}} up 41 days,  3:12,  1 user,  load average: 0.31, 0.28, 0.25

CPU Idle:   96.48%  System:   01.51%    User:   02.01%
  IOWAIT:   00.00%     IRQ:   00.00%    Soft:   00.00%

Memory Total:        6010128K
        Free:         231372K
        Used:        5778756K
      Cached:        1393460K
      Shared:         104812K
     Buffers:         210372K

                        Total            Free            Used
Disk/active         14154228K        1586808K       12421804K (89%)
Disk/inactive       14154228K       13405816K          29412K (1%)
Disk/logging        49573612K        {{disk_free}}K        {{disk_used_kib}}K ({{disk_used}}%)

`;

const NETWORK = `
Ethernet 0
DHCP         : disabled           Status     : up
IP Address   : {{node_address}}         IP Mask    : 255.255.255.000
Link Detected: yes                Mode       : Auto disabled, Full, 1000 Mbits/s
Duplicate IP : no

DNS
Primary      : 10.10.20.1         Secondary  : Not Configured
Options      : timeout:5 attempts:2
Domain       : example.net
Gateway      : 10.10.20.1 on Ethernet 0

`;

/** What a capture says and does, once its words have been understood. */
const CAPTURE: readonly GearAction[] = [
  {
    run: 'check',
    with: { line: '{{line}}' },
    on: {
      syntax: ['Executed command unsuccessfully\nInvalid parameter {{wrong}}\n', { end: true }],
      interface: ['Invalid interface: {{wrong}}\n', { end: true }],
      name: ['Invalid fname {{wrong}}: must not contain "."\n', { end: true }],
      disk: ['The disk usage of the log partition is {{disk_used}}%, above the limit of (LowWaterMark - 5)%. The capture is not started.\n', { end: true }],
      busy: ['Another capture is already running on this system\n', { end: true }],
    },
  },
  OPTIONS_BLOCK,
  { run: 'capture', on: { interrupted: ['{{interrupted}}', '{{trailer}}'], limit: ['{{trailer}}'] } },
];

/** The dialogue of `file get`; a push that is refused asks for the address again, as nodes do. */
const FILE_GET: readonly GearAction[] = [
  { wait: 5 },
  { run: 'gather', with: { pattern: '{{get_pattern}}' }, on: { none: ['Please wait while the system is gathering files info ...done.\nNo files matched the filter criteria specified.\n', { end: true }] } },
  '{{gathered}}',
  { ask: { prompt: '{{proceed}}', into: 'get_proceed', accept: '^[ynYN]' } },
  { when: { of: 'get_proceed', matches: '^[nN]' }, then: [{ end: true }] },
  { ask: { prompt: 'SFTP server IP: ', into: 'get_host', accept: '{{sftp_ip_accepted}}', refused: 'Invalid IP address.\n' } },
  { ask: { prompt: 'SFTP server port [22]: ', into: 'get_port' } },
  { ask: { prompt: 'User ID: ', into: 'get_user' } },
  { ask: { prompt: 'Password: ', into: 'get_password', echo: 'stars' } },
  { ask: { prompt: 'Download directory: ', into: 'get_folder' } },
  {
    run: 'probe',
    on: {
      refused: ['Unable to connect to {{get_host}}: Connection refused\n', { end: true }],
      stranger: [
        "The authenticity of host '{{get_host}} ({{get_host}})' can't be established.\nRSA key fingerprint is {{get_fingerprint}}.\n",
        { ask: { prompt: 'Are you sure you want to continue connecting (yes/no)? ', into: 'get_sure', accept: '^(?:yes|no)$', refused: "Please type 'yes' or 'no'.\n" } },
        { when: { of: 'get_sure', is: 'no' }, then: ['Host key verification failed.\n', { end: true }] },
      ],
    },
  },
  { run: 'push', on: { ok: ['.\nTransfer completed.\n'], auth: ['Authentication failed\n'], denied: ['remote open: Permission denied\n'], broken: ['Connection lost\n'] } },
];

/** The dialogue of a node's command line. */
export function nodeScript(edition: NodeEdition): GearScript {
  return {
    name: edition.name,
    ssh: { ident: edition.ident, algorithms: edition.algorithms, methods: edition.methods, question: 'Password: ' },
    device: { version: edition.version, disk_used: 13, packet_limit: 0, sftp_ip_accepted: '.', node_zone: 'Coordinated Universal Time (UTC)', node_address: '10.10.20.5' },
    session: { lines: 24, trailer: '', interrupted: edition.interrupted, proceed: edition.proceed },
    greeting: [
      '\nCommand Line Interface is starting up, please wait ...\n\n',
      { wait: 20 },
      '   Welcome to the Platform Command Line Interface\n\nVMware Installation:\n\t2 vCPU: Intel(R) Xeon(R) CPU E5-2640 v3 @ 2.60GHz\n\tDisk 1: 110GB, Partitions aligned\n\t6144 Mbytes RAM\n\n',
    ],
    prompts: { admin: 'admin:' },
    firstMode: 'admin',
    commands: [
      { match: 'set cli pagination off', reply: [{ set: { lines: 0 }, scope: 'session' }, 'Automatic pagination is turned off\n'] },
      { match: 'set cli pagination on', reply: [{ set: { lines: 24 }, scope: 'session' }, 'Automatic pagination is turned on\n'] },
      { match: 'show status', reply: [{ say: STATUS, paged: true }] },
      { match: 'show network eth0', reply: [{ say: NETWORK, paged: true }] },
      { match: 'utils ntp status', reply: [{ when: { of: 'ntp', is: 'off' }, then: ['unsynchronised\n   polling server every 64 s\n\n'], else: ['synchronised to NTP server (10.10.20.1) at stratum 3\n   time correct to within 24 ms\n   polling server every 1024 s\n\nCurrent time in UTC is : {{node_date}}\n\n'] }] },
      { match: 'utils network capture(?:-rotate)?(?: .*)?', reply: CAPTURE },
      { match: 'file list activelog platform/cli/(?<list_pattern>\\S+)(?<list_detail> detail)?', reply: [{ run: 'list', with: { pattern: '{{list_pattern}}' } }, { say: '{{listing}}', paged: true }] },
      { match: 'file get activelog platform/cli/(?<get_pattern>\\S+)', reply: FILE_GET },
      {
        match: 'file delete activelog platform/cli/(?<delete_pattern>\\S+)(?<noconfirm> noconfirm)?',
        reply: [
          { when: { of: 'noconfirm', is: '' }, then: [{ ask: { prompt: 'Enter "y" followed by return to continue: ', into: 'sure' } }, { when: { of: 'sure', is: 'y' }, then: [], else: [{ end: true }] }] },
          { run: 'delete', with: { pattern: '{{delete_pattern}}' } },
          edition.deleted,
        ],
      },
      { match: 'exit|quit', reply: [{ close: true }] },
    ],
    unknown: [edition.unknown],
    pager: { prompt: 'Press <enter> for 1 line, <space> for one page, or <q> to quit', variable: 'lines', keys: { line: '\r', page: ' ', quit: 'q' } },
  };
}
