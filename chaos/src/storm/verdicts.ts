import { type ArtifactView, type ChangeView, type CaptureView, type ChunkView, type DeliveryView, type SessionEvent, sessionMachine, type SessionState, type SessionView, targetMachine, type TargetState } from '@capstan/contracts';
import type { Edit } from './workload';

/** The state that the targets of an ended session make of it. */
export function trueState({ targets, cancel_requested_at: cancelled }: Pick<SessionView, 'cancel_requested_at'> & { readonly targets: readonly Pick<SessionView['targets'][number], 'state'>[] }): SessionState {
  const completed = targets.filter(({ state }) => state === 'completed').length;
  if (cancelled !== null || targets.every(({ state }) => state === 'cancelled')) {
    return 'cancelled';
  }
  return completed === targets.length ? 'completed' : completed === 0 ? 'failed' : 'partial';
}

/** What is not true about the end of a session: it, and each of its targets, has one end, and that is the one its targets make. */
export function falseEnds(session: SessionView, events: readonly SessionEvent[]): string[] {
  const defects: string[] = [];
  const moves = (targetId: string | null): string[] => events.filter((event) => event.target_id === targetId && event.data['from'] !== undefined).map(({ data }) => String(data['state']));
  const ends = moves(null).filter((state) => sessionMachine.isTerminal(state as SessionState));
  if (ends.length !== 1 || ends[0] !== session.state) {
    defects.push(`it is ${session.state}, its history ends it as ${ends.join(', ') || 'nothing'}`);
  }
  const truth = trueState(session);
  if (session.state !== truth) {
    defects.push(`it says ${session.state}, its targets make it ${truth}`);
  }
  for (const { target_id: id, title, state } of session.targets) {
    const targetEnds = moves(id).filter((each) => targetMachine.isTerminal(each as TargetState));
    if (targetEnds.length !== 1 || targetEnds[0] !== state) {
      defects.push(`${title} is ${state}, its history ends it as ${targetEnds.join(', ') || 'nothing'}`);
    }
  }
  if (session.completed_count !== session.targets.filter(({ state }) => state === 'completed').length || session.failed_count !== session.targets.filter(({ state }) => state === 'failed').length) {
    defects.push(`it counts ${session.completed_count} completed and ${session.failed_count} failed targets, which is not what they are`);
  }
  return defects;
}

/** Things that are there more than once, by a name for each. */
export function repeated<T>(things: readonly T[], nameOf: (thing: T) => string): string[] {
  const counts = new Map<string, number>();
  things.forEach((thing) => counts.set(nameOf(thing), (counts.get(nameOf(thing)) ?? 0) + 1));
  return [...counts].filter(([, count]) => count > 1).map(([name, count]) => `${name}: ${count} times`);
}

/** What is wrong with a session's list of artifacts; a completed target has something, and a snapshot one picture. */
export function falseArtifacts(session: SessionView, artifacts: readonly ArtifactView[]): string[] {
  const bytes = artifacts.reduce((sum, { size }) => sum + size, 0);
  return [
    ...repeated(artifacts, ({ target_id: target, name }) => `artifact ${name} of ${target ?? 'the session'}`),
    ...repeated(artifacts, ({ key }) => `key ${key}`),
    ...(artifacts.length === session.artifact_count && bytes === session.artifact_bytes ? [] : [`it counts ${session.artifact_count} artifacts of ${session.artifact_bytes} bytes, there are ${artifacts.length} of ${bytes}`]),
    ...session.targets.flatMap(({ target_id: id, title, kind, state }) => {
      const own = artifacts.filter(({ target_id: target }) => target === id);
      const pictures = own.filter((artifact) => artifact.kind === 'snapshot').length;
      return [...(state === 'completed' && own.length === 0 ? [`${title} is completed and has nothing`] : []), ...(kind === 'snapshot' && state === 'completed' && pictures !== 1 ? [`${title} has ${pictures} pictures`] : [])];
    }),
    ...artifacts.filter(({ lost_at: lost }) => lost !== undefined).map(({ name }) => `${name} is lost`),
  ];
}

/** What is wrong with the chunks of a recording: each is there once, and none lies upon another. */
export function falseChunks(chunks: readonly ChunkView[]): string[] {
  const lines = new Map<string, ChunkView[]>();
  chunks.forEach((chunk) => {
    const line = `receiver ${chunk.receiver_no} at ${chunk.frequency_hz} Hz`;
    lines.set(line, [...(lines.get(line) ?? []), chunk]);
  });
  return [
    ...repeated(chunks, ({ receiver_no: receiver, frequency_hz: frequency, chunk_index: index }) => `chunk ${index} of receiver ${receiver} at ${frequency} Hz`),
    ...[...lines].flatMap(([line, own]) => {
      const sorted = [...own].sort((a, b) => a.first_sample_index - b.first_sample_index);
      return sorted.slice(1).flatMap((chunk, index) => {
        const before = sorted[index];
        return before !== undefined && before.first_sample_index + before.samples_count > chunk.first_sample_index ? [`${line}: chunk ${chunk.chunk_index} lies upon chunk ${before.chunk_index}`] : [];
      });
    }),
  ];
}

/** One collection and what it left in the catalogue. */
export interface CollectionYield {
  readonly name: string;
  readonly captures: readonly Pick<CaptureView, 'device_name' | 'capture_type' | 'complete'>[];
  readonly changes: readonly Pick<ChangeView, 'device_name' | 'capture_type'>[];
}

/** Captures that are there twice, changes that were told twice, never, or without having been made. @param collections in the order of their sessions */
export function falseCatalogue(collections: readonly CollectionYield[], edits: readonly Edit[]): string[] {
  const waiting = new Set<string>();
  return collections.flatMap(({ name, captures, changes }) => {
    edits.filter(({ before }) => before === name).forEach(({ device }) => waiting.add(device));
    const seen = new Set(captures.filter(({ capture_type: type, complete }) => type === 'configs' && complete).map(({ device_name: device }) => device));
    const due = [...waiting].filter((device) => seen.has(device));
    due.forEach((device) => waiting.delete(device));
    const told = changes.filter(({ capture_type: type }) => type === 'configs').map(({ device_name: device }) => device);
    return [
      ...repeated(captures, ({ device_name: device, capture_type: type }) => `${name}: capture ${device}/${type}`),
      ...(JSON.stringify([...due].sort()) === JSON.stringify([...told].sort()) ? [] : [`${name}: changes of configurations made on ${due.join(', ') || 'nothing'}, told of ${told.join(', ') || 'nothing'}`]),
      ...changes.filter(({ capture_type: type }) => type !== 'configs').map(({ device_name: device, capture_type: type }) => `${name}: a change of ${device}/${type} that nobody made`),
    ];
  });
}

/** What is wrong with what was told: every end of a session once, each by a message of its own. @param came keys of the messages that came, as they came */
export function falseNotices(sessions: readonly SessionView[], deliveries: readonly DeliveryView[], came: readonly string[]): string[] {
  const told = deliveries.flatMap(({ notices, delivery_id: id, state }) => notices.map(({ topic, subject }) => ({ topic, subject, id, state })));
  return [
    ...repeated(told, ({ topic, subject }) => `${topic} of ${subject}`),
    ...sessions.flatMap(({ session_id: id, state, name }) => {
      const [own] = told.filter(({ subject }) => subject === `session:${id}`);
      return own?.topic === `session.${state}` && own.state === 'delivered' ? [] : [`${name} is ${state}; told: ${own === undefined ? 'nothing' : `${own.topic}, ${own.state}`}`];
    }),
    ...deliveries.filter(({ delivery_id: id, state }) => state === 'delivered' && !came.includes(id)).map(({ delivery_id: id }) => `delivery ${id} is called delivered and never came`),
    ...[...new Set(came)].filter((key) => deliveries.every(({ delivery_id: id }) => id !== key)).map((key) => `message ${key} came, and nobody has sent it`),
  ];
}
