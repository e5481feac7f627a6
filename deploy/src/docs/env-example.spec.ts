import { z } from 'zod';
import { envExample } from './env-example';

const LEVEL = z.enum(['low', 'high']).default('low').describe('How loud');

describe(envExample.name, () => {
  const sut = envExample(
    [
      { title: 'first', shape: { LEVEL, SECRET: z.string().describe('Never shown') } },
      { title: 'second', shape: { LEVEL, PORT: z.coerce.number().int().min(1).max(9).default(7).describe('Port') } },
      { title: 'third', shape: { LEVEL } },
    ],
    ['SECRET'],
  );

  it('shows each setting once, commented out, with default and meaning', () => {
    expect(sut).toContain('\n# How loud. One of `low`, `high`.\n#LEVEL=low\n');
    expect(sut.match(/LEVEL=/g)).toHaveLength(1);
    expect(sut).toContain('\n# Port. From 1 to 9.\n#PORT=7\n');
  });

  it('leaves out what the deployment decides, and headings with nothing below them', () => {
    expect(sut).not.toContain('SECRET');
    expect(sut).toContain('# ── second');
    expect(sut).not.toContain('# ── third');
  });
});
