import { startCollectionBody } from '@capstan/contracts';
import { bodyOf, chosenOf, EMPTY_DRAFT, loadDraft, NO_SECRETS, optionProblems, saveDraft, selectionProblem } from './collection-draft';
import { aJob, device, JOB_ID } from './collection.fixture';
import { type CollectionMessage, fold, type LiveCollection, withSnapshot } from './collection-live';

const IDS = ['01890000-0000-7000-8000-0000000000d1', '01890000-0000-7000-8000-0000000000d2'];

describe('the draft of a collection', () => {
  it('begins as the first generation did: configurations, five devices at once, loaded', () => {
    const body = startCollectionBody.parse(bodyOf(EMPTY_DRAFT, NO_SECRETS, IDS));
    expect(body).toMatchObject({ devices: IDS, capture_types: ['configs'], options: { max_workers: 5, auto_load_db: true } });
    expect(body.credentials).toBeUndefined();
  });

  it('asks types in the order of the table, whatever they were clicked in', () => {
    expect(bodyOf({ ...EMPTY_DRAFT, types: ['bgp', 'routes', 'arp'] }, NO_SECRETS, IDS).capture_types).toEqual(['arp', 'routes', 'bgp']);
  });

  it.each([
    ['no type', { types: [] }, 'Select at least one capture type.'],
    ['no device', { excluded: IDS }, 'Select at least one device.'],
  ])('cannot go on with %s', (_, part, problem) => {
    const draft = { ...EMPTY_DRAFT, ...part };
    expect(selectionProblem(draft, chosenOf(IDS.map((id) => ({ id })), draft).length)).toBe(problem);
  });

  it.each([
    [{ login: 'typed' as const }, ['username', 'password']],
    [{ login: 'stored' as const }, ['credentialId']],
    [{ maxWorkers: 51 }, ['maxWorkers']],
    [{ maxWorkers: 0 }, ['maxWorkers']],
    [{ maxWorkers: '' }, ['maxWorkers']],
    [{ maxWorkers: 2.5 }, ['maxWorkers']],
    [{ maxWorkers: 50 }, []],
  ])('%j has problems with %j', (part, fields) => {
    expect(Object.keys(optionProblems({ ...EMPTY_DRAFT, ...part }, NO_SECRETS))).toEqual(fields);
  });

  it('is kept over a reload without its secrets, and survives what somebody else wrote there', () => {
    let kept = '';
    const storage = { setItem: (_: string, text: string) => (kept = text), removeItem: () => (kept = ''), getItem: () => kept };
    saveDraft(storage, { ...EMPTY_DRAFT, site: 'ams', types: ['arp'], maxWorkers: 20 });
    expect(loadDraft(storage)).toEqual({ ...EMPTY_DRAFT, site: 'ams', types: ['arp'], maxWorkers: 20 });
    kept = '{"types": "arp", "site": 3, "excluded": [1], "name": "x"}';
    expect(loadDraft(storage)).toEqual({ ...EMPTY_DRAFT, name: 'x' });
    kept = 'nonsense';
    expect(loadDraft(storage)).toEqual(EMPTY_DRAFT);
  });
});

describe(fold.name, () => {
  const counts = (running: number, succeeded: number, failed: number) => ({ devices_running: running, devices_succeeded: succeeded, devices_failed: failed, devices_remaining: 2 - succeeded - failed, completed: succeeded + failed, total: 2, progress: 50 * (succeeded + failed) });
  const progress = (running: number, succeeded: number, failed: number, part: object = {}): CollectionMessage => ({ type: 'collection_progress', at: 1, data: { job_id: JOB_ID, stage: 'collecting', message: 'Collecting', ...counts(running, succeeded, failed), ...part } });
  const completed = (index: number, success: boolean): CollectionMessage => ({
    type: 'device_completed',
    at: 1,
    data: { job_id: JOB_ID, device_name: `sw-${index}`, success, message: success ? 'Completed successfully' : 'refused the login', device_id: device(index).device_id, status: success ? 'success' : 'failed', session_id: aJob().session_id, capture_type: null, attempt: 1, error_class: success ? null : 'AUTH_FAILED', duration_ms: 90, bytes: 10, rows: 2 },
  });
  const start = (): LiveCollection => withSnapshot(undefined, { job: aJob({ device_count: 2, devices_remaining: 2 }), devices: [device(1), device(2)] }, 0);

  it('counts what the server counts: remaining comes to 0, and running too', () => {
    const name = device(1).device_name;
    const messages: CollectionMessage[] = [
      progress(1, 0, 0, { device_started: name }),
      { type: 'device_started', at: 1, data: { job_id: JOB_ID, device_name: name, ip_address: '10.0.0.1', session_id: aJob().session_id, device_id: device(1).device_id } },
      progress(0, 1, 0, { device_completed: name }),
      completed(1, true),
      progress(0, 1, 1, { device_completed: 'sw-2' }),
      completed(2, false),
      { type: 'collection_complete', at: 1, data: { job_id: JOB_ID, success: true, devices_attempted: 2, devices_succeeded: 1, devices_failed: 1, captures_created: { configs: 1 }, loaded_to_db: true, execution_time: 2, failed_devices: [], session_id: aJob().session_id, captures_failed: {}, changes_detected: 0, captures_not_loaded: 0, devices_remaining: 0, job_status: 'partial' } },
    ];
    const end = messages.reduce(fold, start());
    expect(end.job).toMatchObject({ status: 'partial', progress: 100, devices_running: 0, devices_succeeded: 1, devices_failed: 1, devices_remaining: 0 });
    expect([...end.devices.values()].map(({ status, error }) => [status, error])).toEqual([['success', null], ['failed', 'refused the login']]);
    expect(end.log.map(({ text }) => text).reverse()).toEqual(['Started: sw-1', 'sw-1: Completed successfully', 'sw-2: refused the login', 'Collection complete: 1 succeeded, 1 failed']);
  });

  it('never goes back', () => {
    const half = fold(start(), progress(0, 1, 0));
    expect(fold(half, progress(1, 0, 0)).job.progress).toBe(50);
    const over = withSnapshot(half, { job: aJob({ status: 'completed', progress: 100 }), devices: [] }, 2);
    expect(fold(over, progress(1, 0, 0)).job.status).toBe('completed');
  });

  it('keeps one line per capture type, the last one', () => {
    const capture = (status: string): CollectionMessage => ({
      type: 'capture_completed',
      at: 1,
      data: { job_id: JOB_ID, device_name: 'sw-1', success: status === 'success', message: '', device_id: device(1).device_id, status, session_id: aJob().session_id, capture_type: 'arp', attempt: 1, error_class: null, duration_ms: 3, bytes: 1, rows: 4, change: null, loaded: true },
    });
    const state = [capture('suspect'), capture('success')].reduce(fold, start());
    expect(state.devices.get(device(1).device_id)?.captures).toMatchObject([{ capture_type: 'arp', status: 'success' }]);
  });
});
