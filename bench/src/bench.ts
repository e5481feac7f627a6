import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { storedSecret } from '@capstan/backing-services';
import { ApiClient, LocalStack, readLauncherSettings } from '@capstan/deploy';

/** What a benchmark prints with. */
export type Say = (line: string) => void;

/** One measured claim. Returns whether its bound held. */
export type Bench = (say: Say) => Promise<boolean>;

/** A throwaway stack with a signed-in administrator. */
export interface BenchStack {
  readonly stack: LocalStack;
  readonly api: ApiClient;
  readonly password: string;
  readonly dataDir: string;
  stop(): Promise<void>;
}

/** Starts the whole of Capstan in a scratch folder on a free port. @param more settings of the launcher that differ from its defaults */
export async function startBenchStack(say: Say, more: Readonly<Record<string, string>> = {}): Promise<BenchStack> {
  const dataDir = mkdtempSync(path.join(process.env['CAPSTAN_BENCH_DIR'] ?? tmpdir(), 'capstan-bench-'));
  const password = storedSecret(path.join(dataDir, 'admin-password'));
  const stack = await LocalStack.start({
    settings: { ...readLauncherSettings({ ...process.env, CAPSTAN_DATA_DIR: dataDir, CAPSTAN_PORT: '0', CAPSTAN_REQUESTS_PER_SEC: '1000000', LOG_LEVEL: 'warn', ...more }), CAPSTAN_ADMIN_PASSWORD: password },
    tools: ['tcpdump', 'tshark', 'sshd', 'ip', 'sudo'],
    log: say,
  });
  const api = new ApiClient(stack.address);
  await api.signIn('admin', password);
  return {
    stack,
    api,
    password,
    dataDir,
    stop: async () => {
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Says whether a figure keeps its bound, in one form for all benchmarks. */
export function verdict(say: Say, claim: string, held: boolean): boolean {
  say(`${held ? 'holds ' : 'BROKEN'}  ${claim}`);
  return held;
}
