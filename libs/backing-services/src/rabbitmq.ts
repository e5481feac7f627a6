import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { AppError } from '@capstan/kernel';
import { clearOccupancy, storedSecret, tailOf, trimLog, vacate, writeOccupancy, writeWhole } from './data-folder';
import { type Log, silent } from './log';
import { accepts, assertPortFree, freePorts } from './ports';
import { type CommandResult, poll, type ProcessExit, type ServerProcess, spawnServer, stopProcess } from './processes';
import { ALL_PERMISSIONS, brokerConfig, brokerDefinitions, type BrokerUser } from './rabbitmq-config';
import { type BrokerAddress, brokerEnvironment, INETRC, inetrcFile, rabbitmqctl } from './rabbitmq-control';

/** Options of {@link startRabbitmq}. */
export interface RabbitmqOptions {
  /** Holds queues, configuration, cookie and logs; created when absent. */
  dataDir: string;
  /** Of AMQP. Default: any free one. */
  port?: number;
  /** The Erlang node, `name@localhost`. Default: made from the folder at the first start, and kept. */
  nodeName?: string;
  /** Besides the administrator, whose password is made here and stored with mode 0600. */
  users?: BrokerUser[];
  /** The kernel kills the node when this process dies. For throwaway nodes. Default false. */
  dieWithParent?: boolean;
  log?: Log;
}

/** A RabbitMQ node on this machine, reachable on loopback only. */
export interface RunningRabbitmq {
  /** Of the administrator, to the virtual host `/`. Holds the password: never log it. */
  url: string;
  port: number;
  nodeName: string;
  /** Of the Erlang VM. */
  pid: number;
  dataDir: string;
  /** For `rabbitmqctl` from other processes. */
  address: BrokerAddress;
  /** Resolves when the node has ended, for whatever reason. */
  exited: Promise<ProcessExit>;
  /** Orderly shutdown of the node, then of its port mapper. Idempotent. */
  stop(): Promise<void>;
  /** Runs `rabbitmqctl` against this node; a non-zero exit is a result. `input` is for secrets. */
  ctl(args: readonly string[], input?: string): Promise<CommandResult>;
}

const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const READY_TIMEOUT_MS = 90_000;
const ADMINISTRATOR = 'capstan_admin';

/** Whether an AMQP 0-9-1 broker answers: to the protocol header it sends a method frame (type 1), Connection.Start. */
async function answersAmqp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2_000 });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write(Buffer.from('AMQP\0\0\x09\x01', 'latin1')));
    socket.once('data', (data) => settle(data[0] === 1));
    socket.once('timeout', () => settle(false));
    socket.once('close', () => settle(false));
    socket.on('error', () => settle(false));
  });
}

function keptNodeName(dataDir: string, wanted: string | undefined): string {
  const file = path.join(dataDir, 'node-name');
  // The queues lie in a folder named after the node: a name made anew from a moved folder would find none of them.
  if (existsSync(file)) {
    return readFileSync(file, 'utf8').trim();
  }
  const name = wanted ?? `capstan-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}@localhost`;
  writeWhole(file, `${name}\n`);
  return name;
}

function ensureCookie(home: string): void {
  const file = path.join(home, '.erlang.cookie');
  if (!existsSync(file)) {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o400 });
  }
  // Erlang refuses a cookie that others may read, as after a careless copy of the folder.
  chmodSync(file, 0o400);
}

/**
 * The port mapper of this node alone, on a port of its own. Were it left to Erlang, it would start one that stays behind for ever,
 * or use the machine's, whose stop would cut us off.
 */
async function startPortMapper(address: BrokerAddress, logFile: string, dieWithParent: boolean | undefined): Promise<ServerProcess> {
  const mapper = await spawnServer('epmd', ['-port', String(address.epmdPort), '-address', '127.0.0.1'], {
    env: brokerEnvironment(address),
    cwd: '/',
    logFile,
    dieWithParent,
  });
  const listening = await poll(async () => mapper.exit !== undefined || (await accepts(address.epmdPort)), 10_000);
  if (!listening || mapper.exit !== undefined) {
    throw startFailed(logFile, 'could not start its port mapper (epmd)');
  }
  return mapper;
}

function startFailed(logFile: string, why: string): AppError {
  return new AppError('RABBITMQ_START_FAILED', `RabbitMQ ${why}; its log is ${logFile}`, { details: { log: tailOf(logFile, 12) } });
}

interface Layout {
  config: string;
  definitions: string;
  plugins: string;
  logs: string;
  data: string;
  output: string;
}

function layOut(dataDir: string): Layout {
  const layout = {
    config: path.join(dataDir, 'rabbitmq'),
    definitions: path.join(dataDir, 'definitions.json'),
    plugins: path.join(dataDir, 'enabled-plugins'),
    logs: path.join(dataDir, 'log'),
    data: path.join(dataDir, 'data'),
    output: path.join(dataDir, 'output.log'),
  };
  mkdirSync(layout.logs, { recursive: true });
  mkdirSync(layout.data, { recursive: true, mode: 0o700 });
  trimLog(layout.output);
  return layout;
}

function serverEnvironment(address: BrokerAddress, layout: Layout, distributionPort: number): NodeJS.ProcessEnv {
  return {
    ...brokerEnvironment(address),
    RABBITMQ_CONFIG_FILE: layout.config,
    RABBITMQ_ADVANCED_CONFIG_FILE: path.join(path.dirname(layout.config), 'advanced'),
    RABBITMQ_ENABLED_PLUGINS_FILE: layout.plugins,
    // The node runs in its folder and knows it by this path alone: quorum queues write the absolute path down, and would be lost
    // for ever when the folder, or one above it, is renamed.
    RABBITMQ_MNESIA_BASE: '/proc/self/cwd/data',
    RABBITMQ_LOG_BASE: layout.logs,
    RABBITMQ_PID_FILE: path.join(layout.data, 'pid'),
    RABBITMQ_DIST_PORT: String(distributionPort),
    // Makes the start script become the Erlang VM instead of waiting beside it, so that the pid we know is the node's.
    RABBITMQ_ALLOW_INPUT: '1',
    // The schedulers' busy waiting would burn processor time of an idle laptop.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
    ERL_CRASH_DUMP_SECONDS: '0',
  };
}

/**
 * Starts a private RabbitMQ node: own name, ports, cookie and data, none of the machine's settings, no plugins, no `guest`.
 * Takes 4 to 5 s. Works on an empty folder and on one that an earlier start left, also after a kill -9.
 *
 * RabbitMQ 3.10 writes down the identity of a new quorum queue half a second after it was declared: a queue declared less than that
 * before a kill -9 has no leader afterwards and must be deleted. Messages in queues older than that are safe as soon as they are confirmed.
 * @throws AppError `ALREADY_RUNNING`, `PORT_IN_USE`, `RABBITMQ_MISSING`, `RABBITMQ_START_FAILED`
 */
export async function startRabbitmq(options: RabbitmqOptions): Promise<RunningRabbitmq> {
  const log = options.log ?? silent;
  const dataDir = path.resolve(options.dataDir);
  if (!existsSync(SERVER)) {
    throw new AppError('RABBITMQ_MISSING', 'RabbitMQ is not installed: run apt-get install rabbitmq-server, or set RABBITMQ_URL to a broker of your own');
  }
  mkdirSync(dataDir, { recursive: true });
  await vacate(dataDir, 'RabbitMQ', 'SIGTERM', log);

  const [epmdPort, distributionPort, anyPort] = (await freePorts(3)) as [number, number, number];
  const port = options.port ?? anyPort;
  await assertPortFree(port, 'RabbitMQ', 'its port setting');
  const layout = layOut(dataDir);
  const address: BrokerAddress = { nodeName: keptNodeName(dataDir, options.nodeName), home: path.join(dataDir, 'home'), epmdPort };
  ensureCookie(address.home);
  writeWhole(inetrcFile(address.home), INETRC);
  const password = storedSecret(path.join(dataDir, 'administrator-password'));
  const administrator: BrokerUser = { name: ADMINISTRATOR, password, tags: ['administrator'], permissions: [ALL_PERMISSIONS] };
  writeWhole(layout.definitions, brokerDefinitions([administrator, ...(options.users ?? [])]));
  writeWhole(`${layout.config}.conf`, brokerConfig(port, layout.definitions));
  writeWhole(layout.plugins, '[].\n');

  const mapper = await startPortMapper(address, layout.output, options.dieWithParent);
  const stopMapper = (): Promise<unknown> => stopProcess(mapper, [{ signal: 'SIGTERM', waitMs: 2_000 }]);
  const node = await spawnServer(SERVER, ['-noinput'], {
    env: serverEnvironment(address, layout, distributionPort),
    cwd: dataDir,
    logFile: layout.output,
    dieWithParent: options.dieWithParent,
  });
  writeOccupancy(dataDir, [node, mapper], { port, nodeName: address.nodeName, epmdPort });
  const answered = await poll(async () => node.exit !== undefined || (await answersAmqp(port)), READY_TIMEOUT_MS, 50);
  if (!answered || node.exit !== undefined) {
    await stopProcess(node, []);
    await stopMapper();
    throw startFailed(layout.output, node.exit === undefined ? `did not answer within ${READY_TIMEOUT_MS / 1_000} s` : 'ended while starting');
  }

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await stopProcess(node, [{ signal: 'SIGTERM', waitMs: 30_000 }]);
    await stopMapper();
    clearOccupancy(dataDir);
  };
  return {
    url: `amqp://${ADMINISTRATOR}:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    port,
    nodeName: address.nodeName,
    pid: node.pid,
    dataDir,
    address,
    exited: node.exited,
    stop: () => (stopping ??= stop()),
    ctl: (args, input) => rabbitmqctl(address, args, input),
  };
}
