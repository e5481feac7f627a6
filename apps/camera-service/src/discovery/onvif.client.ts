import { randomBytes } from 'node:crypto';
import type { CameraProfile, ProbeCameraAnswer } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import type { CameraLogin } from '../rtsp/authorization';
import { askCameraWeb } from '../sessions/http-still.client';
import { atHost, readClock, readDevice, readMediaAddress, readProfiles, readUri, suggest } from './onvif-answers';
import { escapeXml, soapRequest } from './soap';

const DEVICE = 'http://www.onvif.org/ver10/device/wsdl';
const MEDIA = 'http://www.onvif.org/ver10/media/wsdl';
const DEVICE_PATH = '/onvif/device_service';

/** A device to ask. */
export interface OnvifTarget {
  /** As it was written; what its addresses are told by. */
  readonly host: string;
  /** Resolved and allowed; what is connected to. */
  readonly ip: string;
  readonly port: number;
  readonly login: CameraLogin | undefined;
}

/**
 * Asks one device what it is and where its streams are (ONVIF Core and Media, version 10 as every device has it). Only the
 * address that was allowed is connected to, whatever addresses the device tells.
 * @throws AppError of `CAMERA_FAILURES`; the reason of `signal`
 */
export async function probeOnvif(target: OnvifTarget, clock: Clock, signal: AbortSignal): Promise<Omit<ProbeCameraAnswer, 'camera_id'>> {
  const { host } = target;
  const device = `http://${host.includes(':') ? `[${host}]` : host}:${target.port}${DEVICE_PATH}`;
  // The one question that needs no sign-in; its answer makes the others acceptable to a device whose clock is wrong.
  const deviceClock = readClock(await ask(target, device, `<GetSystemDateAndTime xmlns="${DEVICE}"/>`, undefined, signal));
  const ahead = deviceClock === undefined ? null : deviceClock - clock.now();
  const question = (url: string, body: string): Promise<string> => ask(target, url, body, clock.now() + (ahead ?? 0), signal);
  const about = readDevice(await question(device, `<GetDeviceInformation xmlns="${DEVICE}"/>`));
  const media = atHost(readMediaAddress(await question(device, `<GetCapabilities xmlns="${DEVICE}"><Category>Media</Category></GetCapabilities>`)), host, ['http:']) ?? device;
  const profiles: CameraProfile[] = [];
  for (const profile of readProfiles(await question(media, `<GetProfiles xmlns="${MEDIA}"/>`))) {
    const token = `<ProfileToken>${escapeXml(profile.token)}</ProfileToken>`;
    const stream = `<GetStreamUri xmlns="${MEDIA}"><StreamSetup><Stream xmlns="http://www.onvif.org/ver10/schema">RTP-Unicast</Stream><Transport xmlns="http://www.onvif.org/ver10/schema"><Protocol>RTSP</Protocol></Transport></StreamSetup>${token}</GetStreamUri>`;
    const rtspUrl = atHost(readUri(await question(media, stream)), host, ['rtsp:', 'rtsps:']) ?? null;
    // Not every device gives stills; one that gives none has streams all the same.
    const still = await question(media, `<GetSnapshotUri xmlns="${MEDIA}">${token}</GetSnapshotUri>`).catch((error: unknown) => {
      signal.throwIfAborted();
      if (AppError.from(error).code === 'CAMERA_AUTH_FAILED') {
        throw error;
      }
      return '';
    });
    profiles.push({ ...profile, rtsp_url: rtspUrl, snapshot_url: atHost(readUri(still), host, ['http:', 'https:']) ?? null });
  }
  return { host, port: target.port, ...about, clock_ahead_ms: ahead, profiles, suggestion: suggest(profiles) };
}

/** Devices take the digest inside the message, that of HTTP, or both: each is given what it asks for. */
async function ask({ ip, login }: OnvifTarget, url: string, body: string, at: number | undefined, signal: AbortSignal): Promise<string> {
  const signed = at === undefined || login === undefined ? undefined : { ...login, nonce: randomBytes(16), at };
  const answer = await askCameraWeb({ url, ip, login, method: 'POST', body: soapRequest(body, signed) }, signal);
  return answer.toString('utf8');
}
