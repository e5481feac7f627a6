import { type CollectedCapture, type CollectionJob, collectionEvents, serverMessages, type ServerMessages } from '@capstan/contracts';
import { toCollectionMessages } from './collection-live-messages';

const id = '0190a8c4-1111-7222-8333-4444555566aa';
const job = (wish: Partial<CollectionJob> = {}): CollectionJob => ({
  job_id: 'collection_555566aa', session_id: id, name: 'all', status: 'running', stage: 'collecting', progress: 45, started_at: '2026-01-01T00:00:00.000Z', completed_at: null, execution_time: 3,
  requested_by: 'ann', capture_types: ['arp'], max_workers: 5, auto_load_db: true, filters: {}, device_count: 2, devices_running: 1, devices_attempted: 1, devices_succeeded: 0, devices_failed: 0, devices_cancelled: 0, devices_remaining: 2,
  captures_created: {}, captures_failed: {}, captures_unsupported: {}, changes_detected: 0, loaded_to_db: false, captures_not_loaded: 0, retry_of: null, ...wish,
});
const capture: CollectedCapture = { capture_type: 'arp', status: 'success', error_class: null, message: '3 rows', rows: 3, bytes: 120, duration_ms: 9, loaded: true, change: 'first', capture_id: null };
const of = { device_id: id, target_id: id, device_name: 'sw-1', ip_address: '10.0.0.1', at: '2026-01-01T00:00:01.000Z' };
const names = (messages: ReturnType<typeof toCollectionMessages>): string[] => messages.map(({ event, payload }) => (event === 'collection_progress' ? `${event} ${(payload as ServerMessages['collection_progress']).progress}` : event));

describe(toCollectionMessages.name, () => {
  const all = [
    ...toCollectionMessages({ type: collectionEvents.started.type, data: { job: job({ status: 'queued', progress: 5, devices_running: 0 }) } }),
    ...toCollectionMessages({ type: collectionEvents.deviceStarted.type, data: { job: job({ progress: 5 }), ...of } }),
    ...toCollectionMessages({
      type: collectionEvents.deviceCollected.type,
      data: { job: job({ devices_succeeded: 1, devices_remaining: 1 }), ...of, captures: [capture], result: { ...of, status: 'success', error: null, error_class: null, attempts: 1, duration_ms: 12, captures: [capture] } },
    }),
    ...toCollectionMessages({ type: collectionEvents.finished.type, data: { job: job({ status: 'partial', stage: 'complete', progress: 100, devices_succeeded: 1, devices_failed: 1, devices_remaining: 0, captures_created: { arp: 1 } }), failed_devices: [{ name: 'sw-2', error: 'refused', error_class: 'CONN_REFUSED' }] } }),
  ];

  it('keeps the order of the first generation', () => {
    expect(names(all)).toEqual([
      'collection_progress 0', 'collection_progress 5',
      'collection_progress 5', 'device_started',
      'capture_completed', 'collection_progress 45', 'device_completed',
      'collection_progress 85', 'collection_progress 90', 'collection_progress 100', 'collection_complete',
    ]);
  });

  it('says what the contract promises, to the room of the job and to all', () => {
    for (const { event, payload, rooms } of all) {
      expect(serverMessages[event].safeParse(payload)).toMatchObject({ success: true });
      expect(rooms).toEqual(['collections', 'collection:collection_555566aa']);
    }
  });

  it('says nothing of loading where nothing is to be loaded, and counts what is left', () => {
    const messages = toCollectionMessages({ type: collectionEvents.finished.type, data: { job: job({ status: 'cancelled', auto_load_db: false, progress: 100, stage: 'complete', devices_remaining: 0 }), failed_devices: [] } });
    expect(names(messages)).toEqual(['collection_progress 100', 'collection_complete']);
    expect(messages.at(-1)?.payload).toMatchObject({ success: false, job_status: 'cancelled', devices_remaining: 0 });
  });

  it('says of a collection that got nothing from anybody that it failed', () => {
    const messages = toCollectionMessages({ type: collectionEvents.finished.type, data: { job: job({ status: 'failed', progress: 100, stage: 'complete', devices_failed: 2, devices_remaining: 0 }), failed_devices: [] } });
    expect(messages.at(-1)).toMatchObject({ event: 'collection_complete', payload: { success: false, job_status: 'failed', devices_failed: 2 } });
  });

  it('leaves the facts of others alone', () => {
    expect(toCollectionMessages({ type: 'recording.changed.v1', data: {} })).toEqual([]);
  });
});
