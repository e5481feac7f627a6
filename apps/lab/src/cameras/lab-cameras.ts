import { AppError } from '@capstan/kernel';
import { CAMERA_FAULT_MEANING, CAMERA_FAULTS, type CameraFault, type CameraPlan } from './camera-plan';
import { ClipEncoder } from './clip-encoder.client';
import { DiscoveryResponder } from './discovery-responder.client';
import { RtspCamera } from './rtsp-camera';
import { WebCamera } from './web-camera';

/** A camera as the inventory lists it. */
export interface CameraTarget {
  readonly kind: 'snapshot';
  readonly device_type: 'camera';
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Without credentials. */
  readonly rtsp_url: string;
  readonly snapshot_url: string;
  readonly onvif_url: string;
  readonly auth: CameraPlan['auth'];
  readonly username: string;
  readonly password: string;
  readonly codec: CameraPlan['codec'];
  readonly resolution: string;
  readonly fps: number;
  readonly gop_sec: number;
  /** Milliseconds by which its frame numbers run behind the wall clock. */
  readonly phase_ms: number;
  readonly emits: readonly string[];
  readonly faults: ReadonlyArray<{ readonly name: string; readonly meaning: string }>;
  readonly controls: readonly string[];
}

/** The lab's cameras: started together, each on ports of its own. */
export class LabCameras {
  private responder: DiscoveryResponder | undefined;

  private constructor(private readonly cameras: readonly { readonly rtsp: RtspCamera; readonly web: WebCamera; fault: CameraFault }[]) {}

  static async start(plans: readonly CameraPlan[]): Promise<LabCameras> {
    const encoder = new ClipEncoder();
    const cameras = plans.map((plan) => {
      const camera = { rtsp: new RtspCamera(plan, encoder), web: undefined as unknown as WebCamera, fault: plan.fault };
      camera.web = new WebCamera(camera.rtsp, encoder, () => camera.fault);
      return camera;
    });
    for (const { rtsp, web } of cameras) {
      await rtsp.start();
      await web.start();
    }
    const lab = new LabCameras(cameras);
    lab.responder = cameras.length === 0 ? undefined : await DiscoveryResponder.start(() => lab.inventory().map(({ name, codec, onvif_url: address }) => ({ name, hardware: `${codec.toUpperCase()} relay`, address })));
    return lab;
  }

  inventory(): CameraTarget[] {
    return this.cameras.map(({ rtsp, web, fault }) => {
      const { name, auth, username, password, codec, width, height, fps, gopSec, phaseMs } = rtsp.plan;
      return {
        kind: 'snapshot',
        device_type: 'camera',
        name,
        host: '127.0.0.1',
        port: rtsp.port,
        rtsp_url: `rtsp://127.0.0.1:${rtsp.port}/live`,
        snapshot_url: `http://127.0.0.1:${web.port}/snapshot.jpg`,
        onvif_url: `http://127.0.0.1:${web.port}/onvif/device_service`,
        auth,
        username,
        password,
        codec,
        resolution: `${width}x${height}`,
        fps,
        gop_sec: gopSec,
        phase_ms: phaseMs,
        emits: [`${codec} ${width}x${height} at ${fps} frames/s over RTP, a keyframe each ${gopSec} s`, 'its frame number as a row of boxes along the lower edge', 'stills over HTTP', 'ONVIF device and media answers, signed in by HTTP Digest or a WS-UsernameToken', 'answers to WS-Discovery on loopback'],
        faults: fault === 'none' ? [] : [{ name: fault, meaning: CAMERA_FAULT_MEANING[fault] }],
        controls: ['camera-fault', 'camera-counts'],
      };
    });
  }

  /** @throws AppError `LAB_NO_SUCH_HOST`, `LAB_BAD_CONTROL` */
  async setFault(name: string, fault: string): Promise<void> {
    const known = CAMERA_FAULTS.find((candidate) => candidate === fault);
    if (known === undefined) {
      throw new AppError('LAB_BAD_CONTROL', `fault must be one of ${CAMERA_FAULTS.join(', ')}`);
    }
    const camera = this.find(name);
    camera.fault = known;
    await camera.rtsp.setFault(known);
  }

  /** How much a camera was used. @throws AppError `LAB_NO_SUCH_HOST` */
  counts(name: string): Record<string, number> {
    const { rtsp, web } = this.find(name);
    return { sessions_opened: rtsp.sessionsOpened, watching: rtsp.watching, refused_logins: rtsp.refusedLogins, stills: web.stills };
  }

  async stop(): Promise<void> {
    this.responder?.stop();
    await Promise.all(this.cameras.flatMap(({ rtsp, web }) => [rtsp.stop(), web.stop()]));
  }

  private find(name: string) {
    const camera = this.cameras.find(({ rtsp }) => rtsp.plan.name === name);
    if (camera === undefined) {
      throw new AppError('LAB_NO_SUCH_HOST', `no camera ${name}; there are ${this.cameras.map(({ rtsp }) => rtsp.plan.name).join(', ')}`);
    }
    return camera;
  }
}
