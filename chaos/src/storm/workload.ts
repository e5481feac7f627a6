import { type AnswerOf, routes, sessionMachine, type SessionView } from '@capstan/contracts';
import { addDevices, type LabGear, type LabTarget, ProblemError } from '@capstan/deploy';
import { systemClock, systemIds } from '@capstan/kernel';
import type { Scene } from '../scenario';
import type { PatientClient } from './patient-client.client';

const CAPTURE_SEC = 10;
const RECORD_SEC = 8;
const FREQUENCY_HZ = 7_000_000;
const COLLECTED = ['configs', 'version', 'interfaces'] as const;
const COLLECTED_AT_ONCE = 4;
const PICTURES_EVERY_MS = 3_000;
const LOOK_EVERY_MS = 900;
/** Behind this a session hangs: an arm deadline of 90 s, two attempts, pauses and restarts between. */
const ENDS_WITHIN_MS = 360_000;
/** Of so many captures one is stopped early, and one cancelled. */
const STOPPED_EVERY = 5;
const CANCELLED_EVERY = 7;

/** A session that was ordered, and what was last seen of it. */
export interface Ordered {
  readonly kind: string;
  name: string;
  readonly sessionId: string;
  readonly orderedAt: number;
  state: SessionView['state'];
  /** The session at its end; undefined while it goes on. */
  ended?: SessionView;
}

/** A change that was made on a device of the fleet before a collection. */
export interface Edit {
  readonly device: string;
  readonly before: string;
}

/** A stream of sessions of every kind: of each line one at a time, the next as soon as the last has ended. */
export class Workload {
  readonly ordered: Ordered[] = [];
  /** Session by session, in their order: which device had been edited before it. */
  readonly edits: Edit[] = [];
  /** Keys under which single pictures were asked for, and the snapshot that was answered. */
  readonly pictures: { readonly key: string; readonly snapshotId: string }[] = [];
  /** Orders that were refused or never answered. */
  readonly complaints: string[] = [];
  private ending = false;
  private number = 0;

  private constructor(
    private readonly scene: Scene,
    private readonly client: PatientClient,
    private readonly deviceIds: ReadonlyMap<string, string>,
    private readonly cameraIds: readonly string[],
    private readonly receiverIds: readonly string[],
    private readonly applicationCredentials: ReadonlyMap<string, string>,
  ) {}

  /** Tells the stack of the lab, collects every device once so that there is something to compare with, and asks to be told of every end. */
  static async prepare(scene: Scene, client: PatientClient): Promise<Workload> {
    const { lab } = scene;
    const api = client.calm;
    const deviceIds = await addDevices(api, lab.inventory.cli_devices);
    await Promise.all(lab.inventory.cameras.map(({ name }) => lab.control({ do: 'camera-fault', host: name, fault: 'none' })));
    const rows = lab.inventory.cameras.map(({ name, rtsp_url: url, auth, username, password, codec }) => ({ name, rtsp_url: url, codec, transport: 'tcp', ...(auth === 'none' ? {} : { username, password }) }));
    await api.call(routes.importCameras, { body: { format: 'json', data: Buffer.from(JSON.stringify(rows)).toString('base64') } });
    const { cameras } = await api.call(routes.listCameras, { query: { per_page: 100 } });
    await api.call(routes.importReceivers, { body: { receivers: lab.inventory.receivers.map(({ name, protocol, host, port, latitude, longitude }) => ({ name, protocol, host, port, latitude, longitude })) } });
    const { receivers } = await api.call(routes.listReceivers, { query: {} });
    const credentials = new Map<string, string>();
    for (const { name, application_account: account } of lab.inventory.voice_gear) {
      if (account !== undefined) {
        credentials.set(name, (await api.call(routes.createCredential, { body: { name: `storm ${name}`, kind: 'app_password', ...account } })).credential.credential_id);
      }
    }
    const { url = '' } = lab.inventory.message_sinks.find(({ name }) => name === 'webhook-sink') ?? {};
    const { channel } = await api.call(routes.createChannel, { body: { name: 'storm', type: 'webhook', settings: { url } } });
    await api.call(routes.createRule, { body: { name: 'storm', topics: ['session.completed', 'session.partial', 'session.failed', 'session.cancelled'], channel_ids: [channel.channel_id] } });
    const workload = new Workload(scene, client, deviceIds, cameras.map(({ id }) => id), receivers.map(({ receiver_id: id }) => id), credentials);
    await workload.follow('collection', 'before the storm', (key, name) => workload.orderCollection(key, name));
    return workload;
  }

  /** Sessions that have begun and not ended. */
  atWork(): Ordered[] {
    return this.ordered.filter(({ ended }) => ended === undefined);
  }

  /** Works until {@link end}. */
  async run(): Promise<void> {
    const { targets } = this.scene.lab.inventory;
    const gear = (...types: LabGear['device_type'][]): LabGear[] => this.scene.gear(...types);
    const courses: readonly (readonly (LabTarget | LabGear)[])[] = [gear('cube', 'csr1000v'), gear('cucm'), gear('expressway')];
    await Promise.all([
      this.line(async (turn) => this.capture('packet capture', targets.slice(0, 2), turn)),
      this.line(async (turn) => this.capture('voice gear', [...targets.slice(2), ...(courses[turn % courses.length] ?? [])], turn)),
      this.line(async () => this.collectAfterEdit()),
      this.line(async () => this.follow('recording', 'receivers', (key, name) => this.orderRecording(key, name))),
      this.line(async (turn) => this.takePictures(turn)),
    ]);
  }

  /** Orders nothing more; {@link run} resolves when all sessions have ended. */
  end(): void {
    this.ending = true;
  }

  /** Collects, as a person would, what could not be collected while the storm went on: it waits on the devices. */
  async collectLater(sessionIds: readonly string[]): Promise<void> {
    for (const id of sessionIds) {
      await this.follow('collected later', id, async (key) => (await this.client.call(routes.retryCollectCaptureSession, { idempotencyKey: key, params: { id } })).session_id);
    }
  }

  private async line(turn: (index: number) => Promise<void>): Promise<void> {
    for (let index = 0; !this.ending; index += 1) {
      try {
        await turn(index);
      } catch (error) {
        this.complaints.push((error as Error).message);
        await systemClock.sleep(1_000);
      }
    }
  }

  private async capture(kind: string, devices: readonly (LabTarget | LabGear)[], turn: number): Promise<void> {
    const targets = devices.map((device) => {
      const { name, device_type, host, port, interface: networkInterface, username, password = '' } = device;
      const application = this.applicationCredentials.get(name);
      return { device_type, host, port, interface: networkInterface, username, password, ...(application === undefined ? {} : { app_credential_id: application }) };
    });
    const order = async (key: string, name: string): Promise<string> =>
      (await this.client.call(routes.createCaptureSession, { idempotencyKey: key, body: { name, duration_sec: CAPTURE_SEC, targets } })).session_id;
    const early = turn % CANCELLED_EVERY === CANCELLED_EVERY - 1 ? routes.cancelSession : turn % STOPPED_EVERY === STOPPED_EVERY - 1 ? routes.stopSession : undefined;
    await this.follow(kind, devices.map(({ name }) => name).join(', '), order, early);
  }

  private async collectAfterEdit(): Promise<void> {
    const devices = [...this.deviceIds.keys()];
    const device = devices[this.number % devices.length] ?? '';
    const mark = this.number;
    await this.scene.lab.control({ do: 'fleet-edit', device, kind: 'config', line: `ntp server 203.0.113.${(mark % 250) + 1}`, actor: 'ann' });
    await this.follow('collection', 'fleet', async (key, name) => {
      this.edits.push({ device, before: name });
      return this.orderCollection(key, name);
    });
  }

  private async orderCollection(key: string, name: string): Promise<string> {
    const { job_id: jobId } = await this.client.call(routes.startCollection, { idempotencyKey: key, body: { name, devices: [...this.deviceIds.values()], capture_types: [...COLLECTED], options: { max_workers: COLLECTED_AT_ONCE } } });
    return (await this.client.call(routes.getCollection, { params: { job_id: jobId } })).job.session_id;
  }

  private async orderRecording(key: string, name: string): Promise<string> {
    const { recording }: AnswerOf<typeof routes.createRecording> = await this.client.call(routes.createRecording, { idempotencyKey: key, body: { session_name: name, frequency_hz: FREQUENCY_HZ, duration_seconds: RECORD_SEC, receiver_ids: [...this.receiverIds] } });
    return recording.session_id;
  }

  /** Pictures of all cameras as a session, and one picture by itself. */
  private async takePictures(turn: number): Promise<void> {
    const targets = this.cameraIds.map((id) => ({ kind: 'snapshot' as const, camera_id: id, camera_name: `camera ${id.slice(-4)}`, max_age_ms: 0 }));
    await this.follow('snapshot', 'all cameras', async (key, name) => (await this.client.call(routes.createSession, { idempotencyKey: key, body: { name, targets } })).session.session_id);
    const key = systemIds.next();
    try {
      const { snapshot_id: snapshotId } = await this.client.call(routes.snapshotCamera, { idempotencyKey: key, params: { id: this.cameraIds[turn % this.cameraIds.length] ?? '' }, body: { max_age_ms: 0 } });
      this.pictures.push({ key, snapshotId });
    } catch (error) {
      // A camera that gave no picture in time is no defect; a refusal for any other reason is.
      if (!(error instanceof ProblemError) || ![409, 503, 504].includes(error.problem.status)) {
        throw error;
      }
    }
    await systemClock.sleep(PICTURES_EVERY_MS);
  }

  /** Orders a session under a name of its own and looks after it until it has ended. */
  private async follow(kind: string, what: string, order: (key: string, name: string) => Promise<string>, early?: typeof routes.stopSession | typeof routes.cancelSession): Promise<void> {
    this.number += 1;
    const name = `storm ${String(this.number).padStart(3, '0')}: ${kind}, ${what}`.slice(0, 100);
    const entry: Ordered = { kind, name, sessionId: await order(systemIds.next(), name), orderedAt: systemClock.monotonic(), state: 'pending' };
    this.ordered.push(entry);
    const deadline = entry.orderedAt + ENDS_WITHIN_MS;
    let hurried = false;
    for (;;) {
      const { session } = await this.client.call(routes.getSession, { params: { id: entry.sessionId } });
      entry.state = session.state;
      // A retry is named after what it retries.
      entry.name = session.name;
      if (sessionMachine.isTerminal(session.state)) {
        entry.ended = session;
        return;
      }
      if (systemClock.monotonic() > deadline) {
        throw new Error(`${name} did not end within ${ENDS_WITHIN_MS / 1_000} s: ${session.state} [${session.targets.map((target) => `${target.title} ${target.state}`).join(', ')}]`);
      }
      if (early !== undefined && !hurried && session.state === 'capturing') {
        hurried = true;
        await this.client.call(early, { params: { id: entry.sessionId } }).catch((error: unknown) => {
          if (!(error instanceof ProblemError) || error.problem.code !== 'SESSION_STATE_CONFLICT') {
            throw error;
          }
        });
      }
      await systemClock.sleep(LOOK_EVERY_MS);
    }
  }
}
