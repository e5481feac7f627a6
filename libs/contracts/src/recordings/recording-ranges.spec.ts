import { recordingMachine, RECORDING_STATES, type RecordingState } from './recording-states';
import { recordingTarget } from './recording-target';
import { createRecordingBody, recordingCommands, recordingListQuery, retryRecordingBody, updateRecordingBody } from './recordings';
import { createReceiverBody } from './receivers';
import { createSourceBody } from './known-sources';
import { recordingClientMessages } from './recording-socket';

const ID = '00000000-0000-4000-8000-000000000009';
const rest = { session_name: 'x', frequency_hz: 7_000_000, duration_seconds: 15 };
const start = { session_name: 'x', frequency_mhz: 145.5, duration_seconds: 15 };
const two = { session_name: 'x', frequency_hz: 7_000_000, duration_seconds: 15 };
const schedule = { ...two, start_at: '2030-01-01T00:00:00.000Z' };

interface Schema {
  safeParse(value: unknown): { success: boolean };
}

/** Schema, a body that it takes, field, values just inside, values just outside. */
const RANGES: ReadonlyArray<readonly [string, Schema, object, string, readonly unknown[], readonly unknown[]]> = [
  ['POST /recordings', createRecordingBody, rest, 'session_name', ['a', ' a ', 'n'.repeat(255)], ['', '   ', 'n'.repeat(256), 7, null, undefined]],
  ['POST /recordings', createRecordingBody, rest, 'frequency_hz', [1, 30_000_000_000], [0, 30_000_000_001, -1, 1.5, '7000000', Number.NaN]],
  ['POST /recordings', createRecordingBody, rest, 'duration_seconds', [1, 1.5, 3_600], [0.999, 0, -1, 3_600.001, '15', Number.POSITIVE_INFINITY]],
  ['POST /recordings', createRecordingBody, rest, 'chunk_seconds', [0.1, 1, 60], [0.099, 0, 60.001, '1']],
  ['POST /recordings', createRecordingBody, rest, 'source_id', [ID, 'unknown', null, undefined], ['Unknown', 'x', '', 7]],
  ['POST /recordings', createRecordingBody, rest, 'receiver_ids', [[ID], undefined], [[], ['x'], ID, Array.from({ length: 201 }, () => ID)]],
  ['POST /recordings', createRecordingBody, rest, 'half_band_hz', [100, 1_600_000], [99, 1_600_001, 100.5]],
  ['POST /recordings', createRecordingBody, rest, 'gain', [0, 120], [-0.1, 120.1]],
  ['POST /recordings', createRecordingBody, rest, 'connect_seconds', [5, 60], [4, 61, 5.5]],
  ['POST /recordings', createRecordingBody, rest, 'start_at', ['2030-01-01T00:00:00.000Z'], ['tomorrow', '2030-13-01T00:00:00Z', 7]],
  ['POST /recordings', createRecordingBody, rest, 'notes', ['n'.repeat(10_000), null, undefined], ['n'.repeat(10_001), 7]],
  ['POST /recordings', createRecordingBody, rest, 'volume', [], [1]],
  ['POST /recordings', createRecordingBody, { session_name: 'x', duration_seconds: 15 }, 'frequencies_hz', [[1], [7_000_000, 30_000_000_000], Array.from({ length: 8 }, (_, k) => k + 1)], [[], [0], Array.from({ length: 9 }, (_, k) => k + 1), undefined]],
  ['session:start', recordingCommands['session:start'], start, 'frequency_mhz', [0.000001, 30_000], [0, 0.0000004, 30_000.0001, '145.5', null, undefined]],
  ['session:start', recordingCommands['session:start'], start, 'duration_seconds', [1, 3_600], [0, 0.5, 3_601, null]],
  ['session:start', recordingCommands['session:start'], start, 'session_name', ['a', 'n'.repeat(255)], ['', 'n'.repeat(256), null]],
  ['session:start', recordingCommands['session:start'], start, 'request_id', ['r'.repeat(100), undefined], ['r'.repeat(101), 7]],
  ['session:assign_source', recordingCommands['session:assign_source'], { session_id: ID }, 'source_id', [ID, 'unknown', null], ['x', 7]],
  ['session:complete', recordingCommands['session:complete'], { session_id: ID, frequency_hz: 1, duration_seconds: 1 }, 'frequency_hz', [1, 30_000_000_000], [0, 30_000_000_001, 1.5]],
  ['session:complete', recordingCommands['session:complete'], { session_id: ID, frequency_hz: 1, duration_seconds: 1 }, 'duration_seconds', [1, 3_600], [0.5, 3_601]],
  ['session:complete', recordingCommands['session:complete'], { session_id: ID, frequency_hz: 1, duration_seconds: 1 }, 'session_id', [ID], ['x', 7]],
  ['session:complete in two steps', recordingCommands['session:complete'], two, 'duration_seconds', [1, 3_600], [0.5, 3_601]],
  ['session:complete in two steps', recordingCommands['session:complete'], two, 'chunk_seconds', [0.1, 60], [0.09, 61]],
  ['session:schedule', recordingCommands['session:schedule'], schedule, 'start_at', ['2030-01-01T00:00:00.000Z'], [undefined, 'now', null]],
  ['session:schedule', recordingCommands['session:schedule'], schedule, 'duration_seconds', [1, 3_600], [0, 3_601]],
  ['session:retry', recordingCommands['session:retry'], { session_id: ID }, 'chunks', [undefined, [{ receiver: 1, index: 0 }]], [[], [{ receiver: 0, index: 0 }], [{ receiver: 1, index: -1 }], [{ receiver: 1 }]]],
  ['POST /recordings/:id/retry', retryRecordingBody, {}, 'chunks', [undefined, [{ receiver: 1, index: 0 }]], [[], [{ receiver: 1.5, index: 0 }]]],
  ['waterfall:open', recordingClientMessages['waterfall:open'], { session_id: ID, receiver_id: ID }, 'bins', [256, 512, 1_024], [128, 500, 2_048, '512']],
  ['waterfall:open', recordingClientMessages['waterfall:open'], { session_id: ID, receiver_id: ID }, 'fps', [1, 20], [0.9, 20.1]],
  ['PATCH /recordings/:id', updateRecordingBody, {}, 'approval_status', ['pending', 'approved', 'rejected'], ['maybe', null]],
  ['PATCH /recordings/:id', updateRecordingBody, {}, 'uncertainty_meters', [0.1, 40_000_000, null], [0, -1, 40_000_001]],
  ['PATCH /recordings/:id', updateRecordingBody, {}, 'session_name', ['a', 'n'.repeat(255)], ['', 'n'.repeat(256), undefined]],
  ['GET /recordings', recordingListQuery, {}, 'per_page', ['1', '100'], ['0', '101', 'x']],
  ['target', recordingTarget, { kind: 'recording', receiver_id: ID, frequency_hz: 1 }, 'duration_seconds', [0.1, 3_600, undefined], [0.05, 3_601]],
  ['target', recordingTarget, { kind: 'recording', receiver_id: ID, frequency_hz: 1 }, 'chunks', [[0], [35_999]], [[], [-1], [36_000], [0.5]]],
  ['POST /receivers', createReceiverBody, { name: 'x', protocol: 'kiwisdr', host: 'kiwi.example.org', port: 8_073 }, 'name', ['a', 'n'.repeat(100)], ['', 'n'.repeat(101)]],
  ['POST /receivers', createReceiverBody, { name: 'x', protocol: 'kiwisdr', host: 'kiwi.example.org', port: 8_073 }, 'latitude', [-90, 90, null], [-90.01, 90.01]],
  ['POST /receivers', createReceiverBody, { name: 'x', protocol: 'kiwisdr', host: 'kiwi.example.org', port: 8_073 }, 'longitude', [-180, 180, null], [-180.01, 180.01]],
  ['POST /receivers', createReceiverBody, { name: 'x', protocol: 'kiwisdr', host: 'kiwi.example.org', port: 8_073 }, 'timeout_seconds', [1, 300], [0, 301, 1.5]],
  ['POST /receivers', createReceiverBody, { name: 'x', protocol: 'kiwisdr', host: 'kiwi.example.org', port: 8_073 }, 'retry_count', [0, 10], [-1, 11]],
  ['POST /receivers', createReceiverBody, { name: 'x', protocol: 'kiwisdr', host: 'kiwi.example.org', port: 8_073 }, 'frequency_max_hz', [1, 30_000_000_000], [0, 30_000_000_001]],
  ['POST /receivers', createReceiverBody, { name: 'x', protocol: 'kiwisdr', host: 'kiwi.example.org', port: 8_073 }, 'password', ['p', null, undefined], ['', 'p'.repeat(1_001), 7]],
  ['POST /known-sources', createSourceBody, { name: 'x' }, 'error_margin_meters', [0.1, null], [0, -1]],
  ['POST /known-sources', createSourceBody, { name: 'x' }, 'frequency_hz', [1, 30_000_000_000, null], [0, 30_000_000_001]],
];

describe('ranges of recordings', () => {
  it.each(RANGES)('%s: %4$s has its edges where they belong', (_where, schema, body, field, inside, outside) => {
    const takes = (value: unknown): boolean => schema.safeParse({ ...body, [field]: value }).success;
    expect(inside.filter((value) => !takes(value))).toEqual([]);
    expect(outside.filter(takes)).toEqual([]);
  });

  it('turns megahertz into whole hertz, and trims names', () => {
    expect(recordingCommands['session:start'].parse({ ...start, session_name: ' x ', frequency_mhz: 145.5000004 })).toMatchObject({ session_name: 'x', frequency_mhz: 145_500_000 });
  });

  it('wants one frequency or several, not both and not neither', () => {
    expect(createRecordingBody.safeParse({ ...rest, frequencies_hz: [1] }).success).toBe(false);
    expect(createRecordingBody.safeParse({ session_name: 'x', duration_seconds: 1 }).success).toBe(false);
  });
});

describe('recordingMachine', () => {
  const ALLOWED: Readonly<Record<RecordingState, readonly RecordingState[]>> = {
    scheduled: ['connecting', 'cancelled', 'failed'],
    recording: ['source_assigned', 'cancelled'],
    source_assigned: ['connecting', 'cancelled', 'failed'],
    pending: ['connecting', 'cancelled', 'failed'],
    connecting: ['in_progress', 'failed', 'cancelled'],
    in_progress: ['paused', 'finalizing', 'cancelled', 'failed'],
    paused: ['in_progress', 'finalizing', 'cancelled'],
    finalizing: ['completed', 'partial', 'failed'],
    completed: [],
    partial: [],
    failed: [],
    cancelled: [],
  };

  it.each(RECORDING_STATES)('leaves %s only where the table says', (from) => {
    expect(RECORDING_STATES.filter((to) => to !== from && recordingMachine.canMove(from, to)).sort()).toEqual([...ALLOWED[from]].sort());
  });
});
