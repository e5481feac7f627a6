import { z } from 'zod';
import { configurationTable, withTables } from './configuration';

const shape = {
  URL: z.url().describe('Where'),
  PORT: z.coerce.number().int().min(1).max(9).default(7).describe('Port'),
  MAYBE: z.preprocess((value) => (value === '' ? undefined : value), z.string().optional()).describe('Perhaps'),
};

describe(configurationTable.name, () => {
  it('shows what is required, what is the default and what is allowed', () => {
    expect(configurationTable(shape).split('\n').slice(2)).toEqual([
      '| `URL` | **required** | Where. |',
      '| `PORT` | `7` | Port. From 1 to 9. |',
      '| `MAYBE` |  | Perhaps. |',
    ]);
  });
});

describe(withTables.name, () => {
  it('replaces only the named tables', () => {
    const text = withTables('a\n<!-- settings:x -->\nold\n<!-- /settings -->\nb\n<!-- settings:y -->\nkept\n<!-- /settings -->', { x: shape });
    expect(text).not.toContain('old');
    expect(text).toContain('| `URL` |');
    expect(text).toContain('kept');
  });
});
