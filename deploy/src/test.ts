import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installPackages, missingTools, type ToolName } from '@capstan/backing-services';
import { ROOT } from './stack/settings';
import { say } from './terminal';

/** What the tests need beside Node: the real counterparts of every adapter, and a real browser. */
const TOOLS: readonly ToolName[] = ['rabbitmq', 'tcpdump', 'tshark', 'sshd', 'sudo', 'ip', 'ps', 'swift', 'chromium', 'ffmpeg', 'frr', 'gstreamer'];
/** What the boundary rule prints when it cannot see the project graph, with exit code 0: then lint has checked nothing. */
const RULE_SKIPPED = 'The rule will be skipped';

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

async function runCommand(title: string, program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  say('');
  say(`── ${title}`);
  const child = spawn(program, args, { cwd: ROOT, env: { ...process.env, NX_DAEMON: 'false', FORCE_COLOR: '0', NODE_OPTIONS: '--max-old-space-size=4096' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      process.stdout.write(text);
    });
  }
  const code = await new Promise<number>((resolve) => child.once('exit', (exitCode) => resolve(exitCode ?? 1)));
  return { code, output };
}

/**
 * Every package against its rules, and its types. Two programs, the browser's and everything else: what packages share is read
 * once and not once per package. Two lanes, so that both of two cores have work until the end.
 */
async function rulesAndTypes(): Promise<Outcome[]> {
  const lint = (title: string, folders: readonly string[]) => runCommand(`lint: ${title}`, bin('eslint'), folders);
  const types = (project: string) => runCommand(`types: ${project}`, bin('tsc'), ['-p', project]);
  const web = async () => [await lint('apps/web', ['apps/web']), await types(path.join('apps', 'web', 'tsconfig.json')), await types('tsconfig.json')];
  const [[webRules, ...checked], rules] = await Promise.all([web(), lint('everything else', ['libs', 'apps', 'deploy', 'bench', 'chaos', '--ignore-pattern', 'apps/web/**'])]);
  const linted = [webRules!, rules];
  const skipped = linted.some(({ output }) => output.includes(RULE_SKIPPED));
  if (skipped) {
    say('The module-boundary rule did not run: lint has proven nothing.');
  }
  return [asOne(!skipped && linted.every(({ code }) => code === 0)), asOne(checked.every(({ code }) => code === 0))];
}

function bin(name: string): string {
  return path.join(ROOT, 'node_modules', '.bin', name);
}

/** A check that passes or fails as a whole. */
function asOne(good: boolean): Outcome {
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 };
}

/** One jest project; its counts come from jest's own report, and a run that wrote none has failed. */
async function jest(project: string, reportDir: string, args: readonly string[]): Promise<Outcome> {
  const report = path.join(reportDir, `${project}.json`);
  const { code } = await runCommand(`${project} tests`, process.execPath, [
    path.join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--selectProjects',
    project,
    '--json',
    `--outputFile=${report}`,
    ...args,
  ]);
  if (!existsSync(report)) {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const result = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>;
  const failed = (result['numFailedTests'] ?? 0) + (result['numRuntimeErrorTestSuites'] ?? 0);
  return {
    passed: result['numPassedTests'] ?? 0,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: (result['numPendingTests'] ?? 0) + (result['numTodoTests'] ?? 0),
  };
}

/** `npm test`: everything a fresh machine needs, then lint, types, unit, component and end-to-end tests. */
async function main(): Promise<void> {
  const reportDir = mkdtempSync(path.join(tmpdir(), 'capstan-test-'));
  try {
    await installPackages(missingTools(TOOLS), { log: say });
    const outcomes = [
      ...(await rulesAndTypes()),
      await jest('unit', reportDir, ['--maxWorkers=2']),
      // Most of their time they wait for servers, devices and deadlines: more of them than cores is faster.
      await jest('component', reportDir, ['--maxWorkers=4']),
      await jest('e2e', reportDir, ['--maxWorkers=2']),
    ];
    const total = outcomes.reduce((sum, { passed, failed, skipped }) => ({ passed: sum.passed + passed, failed: sum.failed + failed, skipped: sum.skipped + skipped }));
    say('');
    say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
    process.exitCode = total.failed === 0 ? 0 : 1;
  } finally {
    rmSync(reportDir, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  say('0 passed, 1 failed, 0 skipped');
  process.exitCode = 1;
});
