import type { SessionView } from '@capstan/contracts';
import { LiveNumbers } from './live-numbers';

const SESSION = '01900000-0000-7000-8000-000000000001';
const TARGET = '01900000-0000-7000-8000-000000000002';

const progress = (sequence: number, packets: number, attempt = 1) => ({ session_id: SESSION, target_id: TARGET, attempt, sequence, time: '2026-11-01T00:00:00.000Z', metrics: { packets_captured: packets } });
const session = (state: string, attempt = 1) => ({ session_id: SESSION, targets: [{ target_id: TARGET, state, attempt, metrics: { clock_offset_ms: 3 } }] }) as unknown as SessionView;
const metricsOf = (view: SessionView) => view.targets[0]?.metrics;

describe(LiveNumbers.name, () => {
  it('adds the last numbers heard to a running target', () => {
    const sut = new LiveNumbers();
    sut.hear(progress(1, 10));
    sut.hear(progress(2, 20));
    expect(metricsOf(sut.shownIn(session('capturing')))).toEqual({ clock_offset_ms: 3, packets_captured: 20 });
  });

  it('never goes back', () => {
    const sut = new LiveNumbers();
    sut.hear(progress(2, 20));
    sut.hear(progress(1, 10));
    expect(metricsOf(sut.shownIn(session('capturing')))).toMatchObject({ packets_captured: 20 });
  });

  it('shows nothing of an attempt that was given up', () => {
    const sut = new LiveNumbers();
    sut.hear(progress(9, 900, 1));
    expect(metricsOf(sut.shownIn(session('configuring', 2)))).toEqual({ clock_offset_ms: 3 });
    sut.hear(progress(1, 5, 2));
    expect(metricsOf(sut.shownIn(session('capturing', 2)))).toMatchObject({ packets_captured: 5 });
  });

  it('lets a target that has ended speak for itself', () => {
    const sut = new LiveNumbers();
    sut.hear(progress(1, 10));
    expect(metricsOf(sut.shownIn(session('completed')))).toEqual({ clock_offset_ms: 3 });
  });
});
