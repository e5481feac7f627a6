import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { AppError } from '@capstan/kernel';
import { readOccupancy } from './data-folder';
import { type CommandResult, run } from './processes';

/** How to reach a private node by its administration protocol; the cookie is in `home`. Holds no secret. */
export interface BrokerAddress {
  nodeName: string;
  home: string;
  epmdPort: number;
}

/** Erlang's own name table: a minimal machine may have no /etc/hosts, and then nobody tells it where `localhost` is. */
export function inetrcFile(home: string): string {
  return path.join(home, 'inetrc');
}

/** Content of {@link inetrcFile}; inet(3) and the chapter on `ERL_INETRC` of ERTS describe it. */
export const INETRC = '{host, {127,0,0,1}, ["localhost"]}.\n{lookup, [file, native]}.\n';

/** The environment every program needs that talks to this node and to no other. */
export function brokerEnvironment({ nodeName, home, epmdPort }: BrokerAddress): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    LANG: 'C.UTF-8',
    HOME: home,
    RABBITMQ_NODENAME: nodeName,
    // The machine's own broker settings are not for us.
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_INETRC: inetrcFile(home),
  };
}

/** Runs `rabbitmqctl`. Secrets go to its standard input: a command line is public. Takes 1 to 2 s. */
export async function rabbitmqctl(address: BrokerAddress, args: readonly string[], input?: string): Promise<CommandResult> {
  return run('/usr/lib/rabbitmq/bin/rabbitmqctl', ['-n', address.nodeName, ...args], { env: brokerEnvironment(address), input });
}

/**
 * Evaluates Erlang in the node by `erl_call`, in about 10 ms where `rabbitmqctl` takes a second. For tests.
 * @param source without a trailing period
 * @returns the printed result
 * @throws AppError `BROKER_CONTROL_FAILED`
 */
export async function evaluateInBroker(address: BrokerAddress, source: string): Promise<string> {
  // A name of its own: two callers of one name are one node to the broker, which refuses the second.
  const caller = `c${randomBytes(6).toString('hex')}`;
  const { code, stdout, stderr } = await run('erl_call', ['-sname', address.nodeName, '-h', caller, '-timeout', '30', '-e'], {
    env: brokerEnvironment(address),
    input: `${source}.\n`,
  });
  const result = /^\{ok, ([\s\S]*)\}\s*$/.exec(stdout)?.[1];
  if (code !== 0 || result === undefined) {
    throw new AppError('BROKER_CONTROL_FAILED', `The broker ${address.nodeName} did not do what it was asked (${code}): ${`${stdout}${stderr}`.trim().slice(0, 300)}`, { details: { code } });
  }
  return result.trim();
}

/** A name as an Erlang binary. */
export function erlangBinary(text: string): string {
  return `<<${Buffer.from(text, 'utf8').join(',')}>>`;
}

/** The address of the node in a data folder, for a process that did not start it; undefined when none was ever started there. */
export function brokerAddressOf(dataDir: string): BrokerAddress | undefined {
  const facts = readOccupancy(dataDir)?.facts;
  return facts === undefined ? undefined : { nodeName: String(facts['nodeName']), home: path.join(path.resolve(dataDir), 'home'), epmdPort: Number(facts['epmdPort']) };
}
