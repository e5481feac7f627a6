import { AppError } from '@capstan/kernel';
import type { CaptureStep } from '../../packet-capture/step-names';
import type { CliAnswer } from '../../ssh/cli/cli-exchange';
import { accessListCommands } from './capture-commands';
import type { IosXePlan } from './ios-xe-plan';
import type { RouterCli } from './router-cli.client';
import { type BufferCounts, readBuffer, readCapturePoints, readFileSize, readRefusal, readStatus, saysAbsent } from './router-output';

/** Limits of short questions while a capture is there. */
export const LOOK_LIMITS = { timeoutMs: 15_000, idleMs: 10_000 };

/** A capture point on a router: made, looked at, and removed with everything that belongs to it. */
export class RouterCapture {
  private readonly looked = new Set<string>();

  /** @param remarks takes sentences on what the router did not do as wanted */
  constructor(
    private readonly cli: RouterCli,
    private readonly host: string,
    private readonly remarks: string[],
  ) {}

  /** Makes the access list of the filter. */
  async configureAccessList(name: string, lines: readonly string[], signal: AbortSignal): Promise<void> {
    this.cli.note('configure', `the configuration gets the access list ${name}, which is removed afterwards`);
    await this.configured('configure', [`no ip access-list extended ${name}`, ...accessListCommands(name, lines)], signal, (command) => {
      // SCTP is the one word of ours that not every release has.
      if (/^permit sctp /.test(command)) {
        this.remarks.push('the router does not know sctp in access lists: SCTP packets are not in the capture');
        return true;
      }
      return command.startsWith('no ');
    });
  }

  /** Runs commands in configuration mode and leaves it, whatever happens. */
  async configured(step: CaptureStep, commands: readonly string[], signal: AbortSignal, tolerated: (command: string) => boolean = () => true): Promise<void> {
    const { cli } = this;
    await cli.order(step, 'configure terminal', signal);
    try {
      for (const command of commands) {
        const { text } = await cli.ask(step, command, signal);
        const refusal = readRefusal(text);
        if (refusal !== undefined && !tolerated(command)) {
          throw new AppError(refusal.code, `${this.host}: "${command}": ${refusal.message}`);
        }
      }
    } finally {
      await cli.ask(step, 'end', signal);
    }
  }

  /** Runs one command of the capture point's making; what it can do without is noted as a remark. */
  async configureLine(command: string, signal: AbortSignal): Promise<void> {
    const { cli } = this;
    const refusal = readRefusal((await cli.ask('configure', command, signal)).text);
    if (refusal === undefined) {
      return;
    }
    if (/ limit (?:pps|packet-len) /.test(command)) {
      this.remarks.push(`the router did not take "${command.replace(/^monitor capture \S+ /, '')}": packets may be missing or cut`);
      return;
    }
    if (command.endsWith(' match any')) {
      await cli.order('configure', command.replace(/match any$/, 'match ipv4 any any'), signal);
      this.remarks.push('the router captures IPv4 only: ARP and IPv6 are not in the capture');
      return;
    }
    const { code, message } = refusal;
    throw new AppError(/ interface \S+ \w+$/.test(command) && code === 'CLI_INVALID_INPUT' ? 'BAD_INTERFACE' : code, `${this.host}: "${command}": ${message}`);
  }

  /** Removes the capture point. */
  async remove(step: CaptureStep, plan: IosXePlan, stopFirst: boolean, signal: AbortSignal): Promise<void> {
    if (stopFirst) {
      await this.cli.ask(step, `monitor capture ${plan.name} stop`, signal);
    }
    await this.cli.ask(step, `no monitor capture ${plan.name}`, signal);
  }

  /** What is still there of a capture, in words. */
  async leftovers(plan: IosXePlan, signal: AbortSignal): Promise<string[]> {
    const { cli } = this;
    const points = readCapturePoints((await cli.ask('cleanup', 'show monitor capture', signal)).text);
    const lists = plan.acl === null ? '' : (await cli.ask('cleanup', `show ip access-lists ${plan.acl}`, signal)).text;
    const files = (await cli.ask('cleanup', `dir ${plan.file_system}${plan.file}`, signal)).text;
    return [
      ...(points.some(({ name }) => name === plan.name) ? [`the capture point ${plan.name}`] : []),
      ...(plan.acl !== null && new RegExp(`access list ${plan.acl}`, 'i').test(lists) ? [`the access list ${plan.acl}`] : []),
      ...(readFileSize(files, plan.file) === undefined ? [] : [`the file ${plan.file_system}${plan.file}`]),
    ];
  }

  /** Whether it captures; undefined when the router does not tell. */
  async isActive(step: CaptureStep, plan: IosXePlan, signal: AbortSignal): Promise<boolean | undefined | 'absent'> {
    const { text } = await this.look(step, `show monitor capture ${plan.name} | include Status`, signal);
    const active = readStatus(text);
    if (active !== undefined) {
      return active;
    }
    // A filtered listing is empty for a point that is gone, on some releases without a word.
    const whole = await this.cli.ask(step, `show monitor capture ${plan.name}`, signal, LOOK_LIMITS);
    const [point] = readCapturePoints(whole.text);
    return point?.active ?? (point === undefined && (saysAbsent(whole.text) || whole.text.trim() === '' || readRefusal(whole.text) !== undefined) ? 'absent' : undefined);
  }

  /** What is in the buffer. */
  async readCounts(step: CaptureStep, plan: IosXePlan, signal: AbortSignal): Promise<BufferCounts> {
    return readBuffer((await this.look(step, `show monitor capture ${plan.name} buffer | include packets|used`, signal)).text);
  }

  /** What is asked every few seconds for hours is written down once. */
  private async look(step: CaptureStep, command: string, signal: AbortSignal): Promise<CliAnswer> {
    if (step === 'poll' && this.looked.has(command)) {
      return this.cli.askAgain(command, signal, LOOK_LIMITS);
    }
    if (step === 'poll') {
      this.looked.add(command);
    }
    return this.cli.ask(step, command, signal, LOOK_LIMITS);
  }
}
