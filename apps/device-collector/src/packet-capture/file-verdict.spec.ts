import type { FileExpectation } from './capture-driver';
import { isLater, judgeFiles } from './file-verdict';
import type { PcapSummary } from './pcap-reader';

const file = (packets: number, changes: Partial<PcapSummary> = {}): PcapSummary => ({ format: 'pcap', bytes: 24 + packets * 100, packets, truncated: false, linkType: 1, firstPacketAt: 1, lastPacketAt: 2, ...changes });
const expects = (packets: number | null, changes: Partial<FileExpectation> = {}): FileExpectation => ({ packets, mayHaveWrapped: false, diskWasFull: false, ...changes });

describe(judgeFiles.name, () => {
  it.each<[string, PcapSummary[], FileExpectation, object]>([
    ['everything there', [file(10)], expects(10), { verified: true, packets: 10 }],
    ['a ring that had room for all', [file(4), file(6)], expects(10), { verified: true, packets: 10 }],
    ['a ring that lost its oldest by design', [file(4), file(6)], expects(1_000, { mayHaveWrapped: true }), { verified: true, packets: 10 }],
    ['a quiet capture', [file(0)], expects(0), { verified: true, packets: 0, remark: 'no packet matched during the capture' }],
    ['a device that does not count', [file(3)], expects(null), { verified: true, packets: 3 }],
    ['more packets than counted, after a late flush', [file(11)], expects(10), { verified: true, packets: 11 }],
    ['no file', [], expects(10), { verified: false, problem: { code: 'FILE_MISSING' } }],
    ['an empty file', [file(0, { format: 'empty', bytes: 0 })], expects(10), { verified: false, problem: { code: 'FILE_EMPTY' } }],
    ['a file that is none', [file(0, { format: 'not-pcap' })], expects(10), { verified: false, problem: { code: 'FILE_TRUNCATED' } }],
    ['fewer packets than counted', [file(9)], expects(10), { verified: false, packets: 9, problem: { code: 'FILE_TRUNCATED', details: { packets_in_files: 9, packets_counted_by_device: 10 } } }],
    ['packets counted, none stored', [file(0)], expects(10), { verified: false, problem: { code: 'FILE_TRUNCATED' } }],
    ['a cut last packet', [file(5, { truncated: true })], expects(null), { verified: false, problem: { code: 'FILE_TRUNCATED' } }],
    ['a full disk without a count', [file(5)], expects(null, { diskWasFull: true }), { verified: false, problem: { code: 'FILE_TRUNCATED', message: expect.stringContaining('disk') } }],
    ['a cut file of a ring', [file(5, { truncated: true }), file(5)], expects(1_000, { mayHaveWrapped: true }), { verified: false, problem: { code: 'FILE_TRUNCATED' } }],
  ])('%s', (_name, files, expected, verdict) => {
    expect(judgeFiles(files, expected)).toMatchObject(verdict);
  });
});

describe(isLater.name, () => {
  const STOPPED = 1_000_000;
  const clock = { offsetMs: 5_000, uncertaintyMs: 500 };

  it.each([
    ['packets of before the end', STOPPED + 4_000, clock, false],
    ['a clock that was put right while the files waited', STOPPED + 14_000, clock, false],
    ['packets of after the end, by the device’s own clock', STOPPED + 16_000, clock, true],
    ['packets of after the end on a device whose clock nobody knows', STOPPED + 60_000, undefined, false],
  ])('%s', (_what, firstPacketAt, known, later) => {
    expect(isLater([file(1, { firstPacketAt: null }), file(1, { firstPacketAt })], STOPPED, known)).toBe(later);
  });
});
