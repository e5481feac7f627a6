import type { CapturePreview } from '@capstan/contracts';
import { ApiProblem } from '../api/problem';
import { askEach, type PreviewTarget } from './preview-questions';

const target = (device_type: PreviewTarget['device_type'], host: string): PreviewTarget => ({ device_type, host });
const previewOf = ({ device_type, host }: PreviewTarget): CapturePreview => ({ device_type, host, command: `capture on ${host}`, filter_expression: '', post_filter: null, dropped: [] });
const refusal = (path: string, message: string) => new ApiProblem('VALIDATION_FAILED', 'refused', { status: 422, fields: [{ path, code: 'X', message }] });
const told = (answers: Awaited<ReturnType<typeof askEach>>) => answers.map((answer) => (answer.kind === 'preview' ? answer.preview.command : `${answer.target.host}: ${answer.reasons.join()}`));

describe(askEach.name, () => {
  const targets = [target('linux', 'a'), target('expressway', 'b'), target('linux', 'c')];

  it('asks once when all are taken', async () => {
    const ask = jest.fn((some: readonly PreviewTarget[]) => Promise.resolve(some.map(previewOf)));
    expect(told(await askEach(targets, ask))).toEqual(['capture on a', 'capture on b', 'capture on c']);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('shows the others although one type is refused as a whole', async () => {
    const ask = (some: readonly PreviewTarget[]) => (some.some(({ device_type: type }) => type === 'expressway') ? Promise.reject(refusal('mode', 'has no rotating mode')) : Promise.resolve(some.map(previewOf)));
    expect(told(await askEach(targets, ask))).toEqual(['capture on a', 'b: has no rotating mode', 'capture on c']);
  });

  it('shows the others of a type although one device is refused', async () => {
    const ask = (some: readonly PreviewTarget[]) => {
      const bad = some.findIndex(({ host }) => host === 'c');
      return bad >= 0 ? Promise.reject(refusal(`targets.${bad}.interface`, 'no such interface')) : Promise.resolve(some.map(previewOf));
    };
    expect(told(await askEach(targets, ask))).toEqual(['capture on a', 'capture on b', 'c: no such interface']);
  });

  it('does not take a server that is away for a refusal', async () => {
    await expect(askEach(targets, () => Promise.reject(new ApiProblem('UNREACHABLE', 'away', { status: 0 })))).rejects.toThrow('away');
  });
});
