import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../src';

describe('the repository', () => {
  it('has an operator’s guide and an .env.example that say what the settings’ schemas say', () => {
    const { stdout, stderr } = spawnSync(process.execPath, [path.join(ROOT, 'deploy', 'dist', 'docs', 'main.js'), '--check'], { encoding: 'utf8' });
    expect(stdout + stderr).toBe('docs/operations.md is up to date\n.env.example is up to date\n');
    expect(readFileSync(path.join(ROOT, 'docs', 'operations.md'), 'utf8')).toContain('| `CAPSTAN_TOKEN_KEY` | **required** |');
  });

  it('fails lint when a module crosses a boundary', () => {
    const planted = path.join(ROOT, 'libs', 'kernel', 'src', 'planted-violation.ts');
    expect(existsSync(planted)).toBe(false);
    writeFileSync(planted, "import { Outbox } from '@capstan/messaging';\n\nexport const forbidden = Outbox;\n");
    try {
      const { status, stdout, stderr } = spawnSync(path.join(ROOT, 'node_modules', '.bin', 'eslint'), ['libs/kernel'], { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NX_DAEMON: 'false' } });
      expect(status).not.toBe(0);
      expect(`${stdout}${stderr}`).toContain('@nx/enforce-module-boundaries');
      expect(`${stdout}${stderr}`).not.toContain('The rule will be skipped');
    } finally {
      rmSync(planted);
    }
  }, 120_000);
});
