import { cameraEvents, catalogueEvents, type ChangeSeverity, credentialEvents, type DataOf, deviceEvents, type Envelope, inventoryEvents, type Notice, NOTICE_TOPICS, type NoticeSeverity, type NoticeTopic, receiverEvents, recordingEvents, scheduleEvents, type ServiceName, sessionEvents, storageEvents } from '@capstan/contracts';

/** Devices of one session that are told of one by one; beyond that the session's own notice says how many there are. */
const FAILED_TARGETS = 200;

type Told = Omit<Notice, 'topic' | 'severity' | 'occurred_at' | 'kinds'> & { readonly kinds?: readonly string[]; /** Where it matters more or less than its topic does. */ readonly severity?: NoticeSeverity };

const OF_CHANGE: Record<ChangeSeverity, NoticeSeverity> = { minor: 'info', moderate: 'warning', critical: 'critical' };

/** What a fact means for people, in sentences; empty when it means nothing to them. */
export function noticesOf({ type, data, time }: Pick<Envelope, 'type' | 'data' | 'time'>): Notice[] {
  const say = (topic: NoticeTopic, { kinds = [], ...told }: Told): Notice => ({ topic, severity: NOTICE_TOPICS[topic].severity, occurred_at: time, kinds: [...kinds], ...told });
  switch (type) {
    case sessionEvents.finished.type:
      return ofSession(data as DataOf<typeof sessionEvents.finished>, say);
    case scheduleEvents.runDecided.type:
      return ofRun(data as DataOf<typeof scheduleEvents.runDecided>, say);
    case deviceEvents.hostKeyChanged.type: {
      const { host_key: key } = data as DataOf<typeof deviceEvents.hostKeyChanged>;
      const host = `${key.host}:${key.port}`;
      return [say('device.host-key-changed', { subject: `device:${host}`, subject_name: host, title: `${host} shows another host key`, text: 'Nothing was sent to it. Compare the fingerprints before you trust the new key.', path: '/inventory/host-keys' })];
    }
    case inventoryEvents.identityChanged.type: {
      const { device_id: id, name, known, observed } = data as DataOf<typeof inventoryEvents.identityChanged>;
      const text = `Serial ${observed.serials.join(', ') || 'unknown'} instead of ${known.serials.join(', ') || 'unknown'}. Its captures are no changes until somebody says that this is the device now.`;
      return [say('device.identity-changed', { subject: `device:${id}`, subject_name: name, title: `Another device answers as ${name}`, text, path: `/inventory/devices/${id}` })];
    }
    case catalogueEvents.configChanged.type: {
      const { device, change_id: change, severity, added, removed, actor } = data as DataOf<typeof catalogueEvents.configChanged>;
      const by = actor === null ? '' : ` by ${actor.user}`;
      return [say('device.config-changed', { subject: `device:${device.device_id}`, subject_name: device.name, severity: OF_CHANGE[severity], title: `${device.name}: configuration changed${by}`, text: `${added} ${added === 1 ? 'line' : 'lines'} added, ${removed} removed.`, path: `/changes/${change}` })];
    }
    case catalogueEvents.deviceChanged.type: {
      const { device, type: what, change_id: change, severity, summary } = data as DataOf<typeof catalogueEvents.deviceChanged>;
      return [say('device.changed', { subject: `device:${device.device_id}`, subject_name: device.name, severity: OF_CHANGE[severity], title: `${device.name}: ${what} changed`, text: summary.join('; '), path: `/changes/${change}` })];
    }
    case catalogueEvents.arpConflict.type: {
      const { event } = data as DataOf<typeof catalogueEvents.arpConflict>;
      const what = event.ip ?? event.mac;
      return [say('arp.conflict', { subject: `arp:${event.context}:${what}`, subject_name: event.device_name, title: `${what} has ${event.kind.replaceAll('-', ' ')} on ${event.device_name}`, text: `${event.mac}${event.other_mac === null ? '' : ` and ${event.other_mac}`} in ${event.context}.`, path: '/addresses' })];
    }
    case credentialEvents.breakerOpened.type: {
      const { credential_id: id, devices, retry_at: until } = data as DataOf<typeof credentialEvents.breakerOpened>;
      const names = devices.map(({ name }) => name).join(', ');
      return [say('credential.suspended', { subject: `credential:${id}`, subject_name: names, title: `${devices.length} devices refused a credential`, text: `${names}. It is not used before ${until}.`, path: '/inventory/credentials' })];
    }
    case cameraEvents.healthChanged.type:
      return ofCamera(data as DataOf<typeof cameraEvents.healthChanged>, say);
    case receiverEvents.healthChanged.type: {
      const { receiver_no: number, health } = data as DataOf<typeof receiverEvents.healthChanged>;
      const about = { subject: `receiver:${health.receiver_id}`, subject_name: `Receiver ${number}`, path: '/receivers' };
      if (health.status === 'offline') {
        return [say('receiver.down', { ...about, title: `Receiver ${number} cannot be reached`, text: health.error_message ?? 'It does not answer.' })];
      }
      return health.status === 'online' ? [say('receiver.recovered', { ...about, title: `Receiver ${number} answers`, text: 'It can be recorded from.' })] : [];
    }
    case recordingEvents.warning.type: {
      const { session_id: id, receiver_no: number, code, message } = data as DataOf<typeof recordingEvents.warning>;
      return [say('recording.warning', { subject: `recording:${id}:${number}`, subject_name: `Receiver ${number}`, kinds: ['recording'], title: `Receiver ${number}: ${message}`, text: `Reason: ${code}.`, path: `/recordings/${id}` })];
    }
    case storageEvents.nearlyFull.type: {
      const { kind, level, percent, bytes, quota_bytes: quota } = data as DataOf<typeof storageEvents.nearlyFull>;
      const stopped = level === 'stopped';
      const title = stopped ? `Storage for ${kind} is full: no session of this kind can be started` : `Storage for ${kind} is nearly full`;
      return [say('storage.nearly-full', { subject: `storage:${kind}`, subject_name: kind, kinds: [kind], severity: stopped ? 'critical' : 'warning', title, text: `${bytes} of ${quota} bytes are used (${percent} %).`, path: '/storage' })];
    }
    case storageEvents.objectsLost.type: {
      const { owner, prefix, count, keys } = data as DataOf<typeof storageEvents.objectsLost>;
      return [say('storage.lost', { subject: `storage:${owner}:${prefix}`, subject_name: owner, title: `${count} stored file${count === 1 ? ' has' : 's have'} disappeared`, text: `${keys.join(', ')}${count > keys.length ? ' …' : ''}`, path: '/storage' })];
    }
    default:
      return [];
  }
}

/** What messages mean that a service has put aside since somebody looked. @param more how many; all that wait there are `count` */
export function parkedNotice(service: ServiceName, more: number, count: number, time: string): Notice {
  return {
    topic: 'message.parked',
    severity: NOTICE_TOPICS['message.parked'].severity,
    subject: `service:${service}`,
    subject_name: service,
    kinds: [],
    title: `${service} put ${more === 1 ? 'a message' : `${more} messages`} aside`,
    text: `${count === 1 ? 'One waits' : `${count} wait`} for somebody to look: npm run parking shows them with the reason, and sends them again.`,
    path: '/system',
    occurred_at: time,
  };
}

type Say = (topic: NoticeTopic, told: Told) => Notice;

function ofSession({ session }: DataOf<typeof sessionEvents.finished>, say: Say): Notice[] {
  const { session_id: id, name, state, kinds, target_count: targets, completed_count: completed, failed_count: failed } = session;
  if (state !== 'completed' && state !== 'partial' && state !== 'failed' && state !== 'cancelled') {
    return [];
  }
  const path = `/sessions/${id}`;
  const text = `${completed} of ${targets} targets completed${failed === 0 ? '' : `, ${failed} failed`}; ${session.artifact_count} file${session.artifact_count === 1 ? '' : 's'}.`;
  const whole = say(`session.${state}`, { subject: `session:${id}`, subject_name: name, kinds, title: `${name}: ${state}`, text, path });
  const failures = session.targets
    .filter((target) => target.state === 'failed')
    .slice(0, FAILED_TARGETS)
    .map((target) => say('target.failed', { subject: `target:${target.kind}:${target.title}`, subject_name: target.title, kinds: [target.kind], title: `${target.title} failed in ${name}`, text: target.error === null ? 'It gave no reason.' : `${target.error.message} (${target.error.code})`, path }));
  return [whole, ...failures];
}

function ofRun({ run }: DataOf<typeof scheduleEvents.runDecided>, say: Say): Notice[] {
  const about = { subject: `schedule:${run.schedule_id}`, subject_name: run.schedule_name, path: `/schedules/${run.schedule_id}` };
  const why = run.error?.message ?? '';
  switch (run.state) {
    case 'started':
      return [say('schedule.started', { ...about, title: `${run.schedule_name} started a session`, text: run.trigger === 'manual' ? 'By hand.' : `It was due at ${run.due_at}.`, path: `/sessions/${run.session_id ?? ''}` })];
    case 'skipped':
      return [say('schedule.skipped', { ...about, title: `A run of ${run.schedule_name} was skipped`, text: why })];
    case 'missed':
      return [say('schedule.skipped', { ...about, title: `${run.missed_count} run${run.missed_count === 1 ? '' : 's'} of ${run.schedule_name} missed`, text: why })];
    case 'failed':
      return [say('schedule.failed', { ...about, title: `${run.schedule_name} could not be started`, text: `${why} (${run.error?.code ?? ''})` })];
    case 'due':
    case 'queued':
      return [];
  }
}

const CAMERA_DOWN: readonly string[] = ['stalled', 'auth_failed', 'not_found', 'unreachable'];

function ofCamera({ camera_id: id, name, previous_state: before, sample, opened }: DataOf<typeof cameraEvents.healthChanged>, say: Say): Notice[] {
  const about = { subject: `camera:${id}`, subject_name: name, path: `/cameras/${id}` };
  const down = (state: string): boolean => CAMERA_DOWN.includes(state);
  const state =
    down(sample.state) && !down(before)
      ? [say('camera.down', { ...about, title: `${name}: ${sample.state.replace('_', ' ')}`, text: sample.reason_code === null ? 'It has no video.' : `Reason: ${sample.reason_code}.` })]
      : sample.state === 'live' && down(before)
        ? [say('camera.recovered', { ...about, title: `${name} is back`, text: 'It has video again.' })]
        : [];
  const picture = sample.flags.filter((flag) => opened.includes(flag) && flag !== 'suspect_frozen');
  return picture.length === 0 ? state : [...state, say('camera.picture', { ...about, title: `The picture of ${name} is ${picture.join(' and ')}`, text: 'Look at it before you trust it.' })];
}
