import type { ArtifactView } from '@capstan/contracts';
import { targetOf } from '../live/live-session.fixture';
import { analysisPhase } from './analysis-state';
import { isCollectable } from './available-actions';
import { needsClock, numbersFor } from './target-numbers';

const artifact = (kind: ArtifactView['kind']): ArtifactView => ({ artifact_id: kind, kind }) as ArtifactView;
const ended = { state: 'completed' as const, kinds: ['packet-capture' as const] };

describe(analysisPhase.name, () => {
  it.each<[string, Parameters<typeof analysisPhase>, string]>([
    ['the session runs', [{ ...ended, state: 'capturing' }, [artifact('pcap')]], 'none'],
    ['nothing was captured', [ended, [artifact('transcript')]], 'none'],
    ['everything was thrown away', [{ ...ended, state: 'cancelled' }, [artifact('pcap')]], 'none'],
    ['captures are there and no report', [{ ...ended, state: 'partial' }, [artifact('pcap')]], 'unknown'],
    ['the report is there', [ended, [artifact('pcap'), artifact('merged-pcap'), artifact('voice-report')]], 'ready'],
  ])('when %s', (_name, given, phase) => {
    expect(analysisPhase(...given).phase).toBe(phase);
  });
});

describe(numbersFor.name, () => {
  const shown = (...given: Parameters<typeof numbersFor>) => numbersFor(...given).map(({ label, value, note }) => `${label} ${value} ${note}`.trim());
  const idle = { rates: undefined, elapsedSec: undefined };

  it('shows packets and data where both are counted live', () => {
    expect(shown({ deviceType: 'linux', metrics: { packets_captured: 1_200, packets_dropped: 3, bytes: 2_000_000 }, rates: { packets: 50, bytes: 1_000 }, elapsedSec: 4 })).toEqual(['Packets 1,200 50 pkt/s, 3 dropped', 'Data 2 MB 1 kB/s']);
  });

  it('shows the bytes of a CUCM until its packets were counted', () => {
    expect(shown({ deviceType: 'cucm', metrics: { bytes: 512, files: 2 }, ...idle })).toEqual(['Data 512 B 2 files', 'Files 2 no packet count live']);
    expect(shown({ deviceType: 'cucm', metrics: { bytes: 512, files: 2, packets_captured: 9 }, ...idle })).toEqual(['Packets 9', 'Data 512 B 2 files']);
  });

  it('shows the time of an Expressway, which tells nothing else', () => {
    expect(shown({ deviceType: 'expressway', metrics: {}, rates: undefined, elapsedSec: 75 })).toEqual(['Elapsed 1:15 no counters live', 'Data – known when collected']);
    expect([needsClock({ deviceType: 'expressway', metrics: {} }), needsClock({ deviceType: 'expressway', metrics: { packets_captured: 1 } }), needsClock({ deviceType: 'linux', metrics: {} })]).toEqual([true, false, false]);
  });
});

describe(isCollectable.name, () => {
  it('is told by the failure itself', () => {
    const error = { code: 'EXPORT_FAILED', message: 'no', retryable: true };
    expect([targetOf(1), targetOf(1, { error }), targetOf(1, { error: { ...error, details: { collectable: true } } })].map(isCollectable)).toEqual([false, false, true]);
  });
});
