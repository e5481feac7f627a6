import type { GearContext, GearHook, GearLogic, HookCall } from '../ssh-gear/gear-platform';
import { readAccessLine, readMatch } from './access-list';
import { push, readPushUrl } from './push-client.client';
import type { RouterEdition } from './router-editions';
import { sshPacket, type RouterPacket, type RouterPackets } from './router-packets';
import { type CapturePoint, RouterState } from './router-state';
import { accessListText, bufferText, clockText, directoryText, dumpText, logTime, pointText } from './router-texts';
import { sendByScp } from './scp-sender';

/** Names of older releases are no longer. */
const LONGEST_NAME = 8;
const CLIENT_PORT = 50_022;

/** What data cannot say about a router: its state, its files, and what passes through it. */
export class RouterLogic implements GearLogic {
  readonly state: RouterState;
  readonly values: GearLogic['values'];
  readonly hooks: GearLogic['hooks'];
  /** Packets of the sessions with the router itself, which are on its interfaces as well. */
  private readonly own: RouterPacket[] = [];

  constructor(
    private readonly context: GearContext,
    private readonly edition: RouterEdition,
    traffic: RouterPackets,
  ) {
    this.state = new RouterState({ packets: (from, to) => this.passing(traffic, from, to) }, () => context.clock.now());
    this.values = { clock: () => this.clock() };
    const hooks: Record<string, (call: HookCall) => Promise<string | undefined> | string | undefined> = {
      enable: ({ session }) => (session.get('secret') === this.variable('enable_secret') ? 'right' : 'wrong'),
      show: (call) => this.show(call),
      start: (call) => this.startCapture(call),
      stop: (call) => this.stopCapture(call),
      remove: ({ words }) => this.remove(words['capture'] ?? ''),
      set: ({ words }) => this.set(words['capture'] ?? '', words['setting'] ?? '', false),
      replace: ({ words }) => this.set(words['capture'] ?? '', words['setting'] ?? '', true),
      export: (call) => this.export(call),
      push: (call) => this.push(call),
      dir: (call) => this.directory(call),
      delete: ({ words }) => (this.state.flash.delete(words['file'] ?? '') ? undefined : 'missing'),
      list: ({ words }) => this.list(words['list'] ?? ''),
      unlist: ({ words }) => (this.state.lists.delete(words['list'] ?? '') ? undefined : 'missing'),
      entry: ({ words }) => this.entry(words['list'] ?? '', words['entry'] ?? ''),
      scp: (call) => this.sendFile(call),
    };
    this.hooks = Object.fromEntries(Object.entries(hooks).map(([name, hook]): [string, GearHook] => [name, async (call) => this.noted(call, hook)]));
  }

  private async noted(call: HookCall, hook: (call: HookCall) => Promise<string | undefined> | string | undefined): Promise<string | undefined> {
    this.seeOwnSession();
    const word = await hook(call);
    this.seeOwnSession();
    return word;
  }

  private *passing(traffic: RouterPackets, from: number, to: number): Generator<RouterPacket> {
    const own = this.own.filter(({ at }) => at >= from && at < to);
    for (const packet of traffic.packets(from, to)) {
      while (own[0] !== undefined && own[0].at <= packet.at) {
        yield own.shift() as RouterPacket;
      }
      yield packet;
    }
    yield* own;
  }

  private seeOwnSession(): void {
    const now = this.context.clock.now();
    const client = { address: this.variable('client_address'), port: CLIENT_PORT };
    const router = { address: this.variable('router_address'), port: 22 };
    this.own.push(sshPacket(now, this.deviceNow(), client, router), sshPacket(now, this.deviceNow(), router, client));
  }

  private show({ words, session }: HookCall): string {
    const text = this.shown(words['what'] ?? '');
    if (text === undefined) {
      return 'invalid';
    }
    this.tell(session, this.fill(this.edition.preamble) + text, words['include'] ?? '');
    return 'shown';
  }

  private shown(what: string): string | undefined {
    const { state } = this;
    const [, kind = what, name = ''] = /^(monitor capture|interfaces|ip access-lists) ?(.*)$/.exec(what) ?? [];
    switch (kind) {
      case 'version':
        return this.fill(this.edition.version);
      case 'clock':
        return `${this.clock()}\n`;
      case 'users':
        return `    Line       User       Host(s)              Idle       Location\n*  2 vty 0     admin      idle                 00:00:00 ${this.variable('client_address')}\n\n  Interface    User               Mode         Idle     Peer Address\n`;
      case 'privilege':
        return `Current privilege level is ${this.variable('privilege')}\n`;
      case 'running-config':
        return `Building configuration...\n\n${this.variable('clock_config')}\nhostname ${this.variable('host_name')}\nend\n`;
      case 'interfaces':
        return this.interfaceText(name);
      case 'voip trace all':
        return this.edition.voipTrace ? `------------------ Cover Buffer ---------------\nSearch-key = 4021:5008:1\n  Timestamp = ${this.clock()}\n  CallID = 1\n  PeerCallID = 2\n-----------------------------------------------\n` : undefined;
      case 'call active voice compact':
        return '<callID>  A/O FAX T<sec> Codec       type       Peer Address       IP R<ip>:<udp>\nTotal call-legs: 0\n';
      case 'sip-ua calls':
        return 'Total SIP call legs:0, User Agent Client:0, User Agent Server:0\n';
      case 'logging':
        return `Syslog logging: enabled (0 messages dropped, 3 messages rate-limited, 0 flushes, 0 overruns)\n\nLog Buffer (4096 bytes):\n\n${this.clock()}: %BUFCAP-6-DISABLE: Capture Point disabled.\n`;
      case 'ip interface brief':
        return this.briefText();
      case 'ip access-lists': {
        const lines = state.lists.get(name);
        return lines === undefined ? '' : accessListText(name, lines);
      }
      case 'monitor capture':
        return this.captureText(name);
      default:
        return undefined;
    }
  }

  private captureText(words: string): string | undefined {
    const { state } = this;
    if (words === '') {
      return [...state.points.values()].map((point) => pointText(state, point)).join('');
    }
    const [name = '', what = '', how = ''] = words.split(' ');
    const point = state.points.get(name);
    if (point === undefined) {
      return `Capture ${name} does not exist\n`;
    }
    if (what === '') {
      return pointText(state, point);
    }
    if (what !== 'buffer') {
      return undefined;
    }
    const says = this.variable('buffer_says');
    return how === 'dump' ? dumpText(state, point, this.edition.dump) : says === '' ? bufferText(state, point) : `${says}\n`;
  }

  private interfaceText(name: string): string | undefined {
    if (!this.variable('interfaces').split(',').includes(name)) {
      return undefined;
    }
    const up = !this.variable('down_interfaces').split(',').includes(name);
    return `${name} is ${up ? 'up' : 'administratively down'}, line protocol is ${up ? 'up' : 'down'} \n  Hardware is CSR vNIC, address is 0050.56bb.f257\n  MTU 1500 bytes, BW 1000000 Kbit/sec\n`;
  }

  private briefText(): string {
    const addresses = this.variable('addresses').split(',');
    const lines = this.variable('interfaces').split(',').map((name, index) => {
      const address = addresses[index] ?? '';
      return `${name.padEnd(22)} ${(address === '' ? 'unassigned' : address).padEnd(15)} YES ${address === '' ? 'unset ' : 'NVRAM '} up                    up      \n`;
    });
    return `Interface              IP-Address      OK? Method Status                Protocol\n${lines.join('')}`;
  }

  private async startCapture({ words, session, say }: HookCall): Promise<string> {
    const point = this.state.points.get(words['capture'] ?? '');
    if (point === undefined) {
      return 'absent';
    }
    if (this.state.isActive(point)) {
      return 'active';
    }
    if (this.state.missing(point) !== undefined) {
      return 'unable';
    }
    this.state.start(point);
    await this.log(`%BUFCAP-6-ENABLE: Capture Point ${point.name} enabled.`, session, say);
    return 'started';
  }

  private async stopCapture({ words, session, say }: HookCall): Promise<string> {
    const point = this.state.points.get(words['capture'] ?? '');
    if (point === undefined) {
      return 'absent';
    }
    if (!this.state.isActive(point)) {
      return 'inactive';
    }
    const { packets } = this.state.count(point);
    session.set('packets', packets);
    session.set('seconds', Math.round((this.context.clock.now() - (point.startedAt ?? 0)) / 1_000));
    if (Number(this.context.device.get('stop_ignored')) === 0) {
      this.state.stop(point);
      await this.log(`%BUFCAP-6-DISABLE: Capture Point ${point.name} disabled.`, session, say);
    }
    return 'stopped';
  }

  private remove(name: string): string {
    const point = this.state.points.get(name);
    if (point === undefined) {
      return 'absent';
    }
    if (this.state.isActive(point)) {
      return 'active';
    }
    this.state.points.delete(name);
    return 'removed';
  }

  /** @param replace whether a filter that is there may be replaced */
  private set(name: string, setting: string, replace: boolean): string | undefined {
    if (name.length > LONGEST_NAME || !/^[A-Za-z]/.test(name)) {
      return 'invalid';
    }
    const known = this.state.points.get(name);
    if (known !== undefined && this.state.isActive(known)) {
      return 'active';
    }
    const isFilter = /^(?:match|access-list) /.test(setting);
    if (isFilter && !replace && known !== undefined && (known.match !== undefined || known.accessList !== undefined)) {
      return 'replace';
    }
    const change = readSetting(setting, this.variable('interfaces').split(','));
    if (change === undefined) {
      return 'invalid';
    }
    change(this.state.point(name));
    return undefined;
  }

  private async export({ words, session }: HookCall): Promise<string> {
    const { state, context } = this;
    const point = state.points.get(words['capture'] ?? '');
    const location = /^location /.test(words['url'] ?? '');
    const url = (words['url'] ?? '').replace(/^location /, '');
    if (point === undefined) {
      return 'absent';
    }
    if (location !== this.edition.exportNeedsLocation) {
      return 'invalid';
    }
    if (this.variable('export_says') !== '') {
      await context.clock.sleep(Number(this.variable('export_ms')));
      return 'says';
    }
    const remote = readPushUrl(url);
    if (remote !== undefined) {
      for (const [name, value] of Object.entries({ push_host: remote.host, push_user: remote.username, push_path: remote.path })) {
        session.set(name, value);
      }
      return 'push';
    }
    const file = /^(?:flash|bootflash):\/?([\w.-]+)$/.exec(url)?.[1];
    if (file === undefined) {
      return 'invalid';
    }
    session.set('file', file);
    if (state.flash.has(file) && words['over'] !== 'yes') {
      return 'exists';
    }
    await context.clock.sleep(Number(this.variable('export_ms')));
    const bytes = state.file(point);
    if (bytes.length > Number(this.variable('flash_free'))) {
      return 'full';
    }
    state.flash.set(file, bytes);
    return 'exported';
  }

  private async push({ words, session }: HookCall): Promise<string> {
    const point = this.state.points.get(words['capture'] ?? '');
    const remote = readPushUrl((words['url'] ?? '').replace(/^location /, ''));
    const text = point === undefined || remote === undefined ? '%Error\n' : await push({ ...remote, password: words['password'] ?? '' }, this.state.file(point));
    session.set('text', text);
    return 'told';
  }

  private directory({ words, session }: HookCall): undefined {
    const { state } = this;
    const used = [...state.flash.values()].reduce((sum, { length }) => sum + length, 0);
    const free = Math.max(0, Number(this.variable('flash_free')) - used);
    this.tell(session, directoryText(state, words['file'] === '' ? undefined : words['file'], Number(this.variable('flash_total')), free), words['include'] ?? '');
  }

  private list(name: string): undefined {
    if (!this.state.lists.has(name)) {
      this.state.lists.set(name, []);
    }
  }

  private entry(list: string, entry: string): string | undefined {
    if (readAccessLine(entry) === undefined) {
      return 'invalid';
    }
    this.state.lists.get(list)?.push(entry);
    return undefined;
  }

  private async sendFile({ words, channel, signal }: HookCall): Promise<undefined> {
    await sendByScp(channel, words['file'] ?? '', this.state.flash.get(words['file'] ?? ''), signal);
  }

  private tell(session: HookCall['session'], text: string, include: string): void {
    const pattern = include === '' ? undefined : new RegExp(include);
    session.set('text', pattern === undefined ? text : text.split(/(?<=\n)/).filter((line) => pattern.test(line)).join(''));
  }

  private async log(message: string, session: HookCall['session'], say: HookCall['say']): Promise<void> {
    if (this.edition.logsToTerminal && (Number(session.get('monitor')) === 1 || this.variable('logs') === 'always')) {
      await say(`${logTime(this.deviceNow())}: ${message}\n`);
    }
  }

  private clock(): string {
    return clockText(this.deviceNow(), this.variable('clock_mark'), this.variable('clock_zone'), Number(this.variable('clock_zone_minutes')));
  }

  private deviceNow(): number {
    return this.context.clock.now() + Number(this.variable('clock_offset_ms'));
  }

  private fill(text: string): string {
    return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => (name === 'clock' ? this.clock() : this.variable(name)));
  }

  private variable(name: string): string {
    return String(this.context.device.get(name) ?? '');
  }
}

/** What a setting changes; undefined for one that a router does not take. */
function readSetting(setting: string, interfaces: readonly string[]): ((point: CapturePoint) => void) | undefined {
  const [word = '', ...rest] = setting.split(' ');
  const tail = rest.join(' ');
  const number = (text: string | undefined, most: number): number | undefined => (/^\d+$/.test(text ?? '') && Number(text) >= 1 && Number(text) <= most ? Number(text) : undefined);
  switch (word) {
    case 'interface': {
      const [name = '', direction = ''] = rest;
      return interfaces.includes(name) && /^(?:in|out|both)$/.test(direction) ? (point) => (point.interfaces = [...point.interfaces, { name, direction }]) : undefined;
    }
    case 'control-plane':
      return /^(?:in|out|both)$/.test(tail) ? (point) => (point.controlPlane = tail) : undefined;
    case 'buffer': {
      const [, circular, size] = /^(circular )?size (\d+)$/.exec(tail) ?? [];
      const megabytes = number(size, 100);
      return megabytes === undefined
        ? undefined
        : (point) => {
            point.bufferMb = megabytes;
            point.circular = circular !== undefined;
          };
    }
    case 'limit': {
      const limits: Record<string, [keyof CapturePoint & ('durationSec' | 'packetLimit' | 'packetLength' | 'pps'), number]> = {
        duration: ['durationSec', 1_000_000],
        packets: ['packetLimit', 100_000],
        'packet-len': ['packetLength', 9_500],
        pps: ['pps', 1_000_000],
      };
      const [field, most] = limits[rest[0] ?? ''] ?? [];
      const value = number(rest[1], most ?? 0);
      return field === undefined || value === undefined || rest.length !== 2 ? undefined : (point) => (point[field] = value);
    }
    case 'match': {
      const inline = tail.startsWith('ipv4 protocol ') ? readMatch(tail.replace('ipv4 protocol ', '')) : undefined;
      return tail === 'any' || tail === 'ipv4 any any' || inline !== undefined
        ? (point) => {
            point.match = tail;
            point.accessList = undefined;
          }
        : undefined;
    }
    case 'access-list':
      return /^\w+$/.test(tail)
        ? (point) => {
            point.accessList = tail;
            point.match = undefined;
          }
        : undefined;
    default:
      return undefined;
  }
}
