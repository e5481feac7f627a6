import { AppError, type Clock } from '@capstan/kernel';
import type { Transcript } from '../../packet-capture/transcript';
import type { SshLogin } from '../../ssh/auth-plan';
import { CliSession } from '../../ssh/cli/cli-session.client';
import type { SshConnection } from '../../ssh/ssh-connection.client';
import { RouterCli } from './router-cli.client';

const SYNC_MS = 60_000;
const LIMITS = { timeoutMs: 15_000, idleMs: 10_000 };
const TERMINAL_SETTINGS = ['terminal length 0', 'terminal width 512', 'terminal no monitor'];

/**
 * Comes to the privileged prompt of a router.
 * @throws AppError `PROMPT_LOST`, `PRIV_INSUFFICIENT`, `DEVICE_LOST`
 */
export async function openRouterCli(
  connection: SshConnection,
  wish: { readonly host: string; readonly login: SshLogin; readonly clock: Clock; readonly transcript: Transcript },
  signal: AbortSignal,
): Promise<RouterCli> {
  const { host, login, clock, transcript } = wish;
  const session = new CliSession(await connection.shell(signal), clock, { host });
  const prompt = await session.sync(SYNC_MS, signal);
  transcript.note('sync_prompt', `the prompt is ${prompt}`);
  const cli = new RouterCli(session, host, transcript);
  if (prompt.endsWith('>')) {
    await enable(cli, host, login, signal);
  }
  for (const command of TERMINAL_SETTINGS) {
    // Where they are refused, pages are turned and log messages taken out anyway.
    await cli.ask('sync_prompt', command, signal, LIMITS);
  }
  return cli;
}

async function enable(cli: RouterCli, host: string, login: SshLogin, signal: AbortSignal): Promise<void> {
  const exchange = cli.begin('sync_prompt', 'enable');
  const asked = await exchange.until([{ name: 'secret', pattern: /(?:password|passcode):\s*$/i }, { name: 'user', pattern: /user ?name:\s*$/i }], LIMITS, signal);
  if (asked.name === 'secret' && login.enableSecret !== undefined) {
    exchange.reply(login.enableSecret);
    // Asked again, the secret was wrong: there is no second guess.
    const again = await exchange.until([{ name: 'again', pattern: /(?:password|passcode):\s*$/i }], LIMITS, signal);
    if (again.name === 'again') {
      await interrupt(cli, signal);
      throw new AppError('PRIV_INSUFFICIENT', `${host} did not accept the enable secret`);
    }
  } else if (asked.name !== 'prompt') {
    await interrupt(cli, signal);
    throw new AppError('PRIV_INSUFFICIENT', `${host} asks for an enable ${asked.name === 'user' ? 'user name' : 'secret'}, and the credential has none`);
  }
  if (exchange.result !== undefined) {
    cli.heard('sync_prompt', exchange.result);
  }
  if (!cli.session.prompt.endsWith('#')) {
    throw new AppError('PRIV_INSUFFICIENT', `${host} stays at ${cli.session.prompt}: the account may not capture packets`);
  }
  cli.note('sync_prompt', 'privileged');
}

async function interrupt(cli: RouterCli, signal: AbortSignal): Promise<void> {
  cli.session.write('\u0003');
  await cli.session.ready(signal).catch(() => undefined);
}
