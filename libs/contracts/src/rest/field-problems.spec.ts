import { createCaptureSessionBody, fieldProblems, uuid, z } from '../index';

function problems(schema: z.ZodType, input: unknown): string[] {
  const result = schema.safeParse(input);
  return result.success ? [] : fieldProblems(result.error.issues, input).map(({ path, code }) => `${path}: ${code}`);
}

describe(fieldProblems.name, () => {
  it.each<[string, z.ZodType, unknown, string[]]>([
    ['a missing field', z.object({ a: z.string() }), {}, ['a: REQUIRED']],
    ['a missing choice', z.object({ a: z.enum(['x']) }), {}, ['a: REQUIRED']],
    ['null where something is needed', z.object({ a: z.string() }), { a: null }, ['a: WRONG_TYPE']],
    ['a number as text', z.object({ a: z.int() }), { a: '1' }, ['a: WRONG_TYPE']],
    ['a broken number', z.object({ a: z.int() }), { a: 1.5 }, ['a: WRONG_TYPE']],
    ['too small a number', z.object({ a: z.number().min(2) }), { a: 1 }, ['a: TOO_SMALL']],
    ['too big a number', z.object({ a: z.number().max(2) }), { a: 3 }, ['a: TOO_BIG']],
    ['too short a text', z.object({ a: z.string().min(2) }), { a: 'x' }, ['a: TOO_SHORT']],
    ['too long a list', z.object({ a: z.array(z.int()).max(1) }), { a: [1, 2] }, ['a: TOO_LONG']],
    ['a choice nobody has', z.object({ a: z.enum(['x']) }), { a: 'y' }, ['a: NOT_ALLOWED_VALUE']],
    ['a text of the wrong form', z.object({ a: z.string().regex(/^x$/) }), { a: 'y' }, ['a: INVALID_FORMAT']],
    ['an id that is no UUID', z.object({ a: uuid }), { a: 'y' }, ['a: INVALID_UUID']],
    ['two unknown fields', z.strictObject({}), { b: 1, c: 2 }, ['b: UNKNOWN_FIELD', 'c: UNKNOWN_FIELD']],
    ['an unknown field further in', z.object({ a: z.array(z.strictObject({})) }), { a: [{ b: 1 }] }, ['a.0.b: UNKNOWN_FIELD']],
    ['a code of its own', z.object({ a: z.string().refine(() => false, { params: { code: 'MINE' } }) }), { a: 'x' }, ['a: MINE']],
    ['a check without a code', z.object({ a: z.string().refine(() => false) }), { a: 'x' }, ['a: INVALID']],
    ['nothing at all', z.object({}), undefined, [': REQUIRED']],
  ])('names %s', (_, schema, input, expected) => {
    expect(problems(schema, input)).toEqual(expected);
  });

  it('never repeats a submitted value', () => {
    const input = { duration_sec: 'canary-1', password: ['canary-2'], targets: [{ device_type: 'canary-3', host: 'canary 4;' }], filter: 'canary-5' };
    const result = createCaptureSessionBody.safeParse(input);
    expect(result.success).toBe(false);
    expect(JSON.stringify(fieldProblems(result.error?.issues ?? [], input))).not.toContain('canary');
  });

  it('cuts the names of fields that are too long to repeat', () => {
    const input = { ['k'.repeat(5_000)]: 1 };
    const result = z.strictObject({}).safeParse(input);
    expect(fieldProblems(result.error?.issues ?? [], input)[0]?.path).toHaveLength(100);
  });
});
