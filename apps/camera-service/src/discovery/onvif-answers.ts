import type { CameraProfile, ProbeCameraAnswer } from '@capstan/contracts';
import { attributeOf, elements, textOf } from './soap';

/** A profile as the device lists it, before it was asked for its addresses. */
export type ListedProfile = Omit<CameraProfile, 'rtsp_url' | 'snapshot_url'>;

const CODECS: Readonly<Record<string, CameraProfile['codec']>> = { H264: 'h264', H265: 'h265', HEVC: 'h265', JPEG: 'mjpeg' };
const MAX_PROFILES = 32;
/** Narrowest picture that health checks and thumbnails are good with. */
const SUB_WIDTH = 640;

/** Time of a device, Unix milliseconds, from `GetSystemDateAndTimeResponse` (ONVIF Core §8.3.4); undefined when it does not tell UTC. */
export function readClock(xml: string): number | undefined {
  const of = (...path: string[]): number => Number(textOf(xml, 'UTCDateTime', ...path) ?? Number.NaN);
  const at = Date.UTC(of('Date', 'Year'), of('Date', 'Month') - 1, of('Date', 'Day'), of('Time', 'Hour'), of('Time', 'Minute'), of('Time', 'Second'));
  return Number.isNaN(at) ? undefined : at;
}

/** Who made a device, from `GetDeviceInformationResponse`. */
export function readDevice(xml: string): Pick<ProbeCameraAnswer, 'manufacturer' | 'model' | 'firmware' | 'serial_number'> {
  const of = (name: string): string | null => textOf(xml, 'GetDeviceInformationResponse', name)?.slice(0, 200) ?? null;
  return { manufacturer: of('Manufacturer'), model: of('Model'), firmware: of('FirmwareVersion'), serial_number: of('SerialNumber') };
}

/** Where the media service is, from `GetCapabilitiesResponse`. */
export function readMediaAddress(xml: string): string | undefined {
  return textOf(xml, 'Media', 'XAddr');
}

/** Profiles from `GetProfilesResponse`. */
export function readProfiles(xml: string): ListedProfile[] {
  return elements(xml, 'Profiles')
    .slice(0, MAX_PROFILES)
    .flatMap((profile) => {
      const token = attributeOf(profile, 'token');
      const encoder = elements(profile.content, 'VideoEncoderConfiguration')[0]?.content;
      if (token === undefined || encoder === undefined) {
        return [];
      }
      const number = (...path: string[]): number | null => positive(textOf(encoder, ...path));
      return [{ token, name: textOf(profile.content, 'Name')?.slice(0, 200) ?? token, codec: CODECS[textOf(encoder, 'Encoding')?.toUpperCase() ?? ''] ?? null, width: number('Resolution', 'Width'), height: number('Resolution', 'Height'), fps: number('RateControl', 'FrameRateLimit') }];
    });
}

/** An address from `GetStreamUriResponse` or `GetSnapshotUriResponse`. */
export function readUri(xml: string): string | undefined {
  return textOf(xml, 'MediaUri', 'Uri');
}

/**
 * An address that a device tells of itself, at the host it was asked at: behind address translation devices name one that
 * nobody else knows. Credentials in it are left out. Undefined when it is no address of one of the schemes.
 */
export function atHost(told: string | undefined, host: string, schemes: readonly string[]): string | undefined {
  if (told === undefined) {
    return undefined;
  }
  try {
    const url = new URL(told);
    if (!schemes.includes(url.protocol)) {
      return undefined;
    }
    const port = url.port === '' ? '' : `:${url.port}`;
    return `${url.protocol}//${host.includes(':') ? `[${host}]` : host}${port}${url.pathname}${url.search}`;
  } catch {
    return undefined;
  }
}

/** What to write into a new camera: the largest picture for stills, the smallest one that is wide enough for everything else. */
export function suggest(profiles: readonly CameraProfile[]): ProbeCameraAnswer['suggestion'] {
  const readable = profiles.filter((profile): profile is CameraProfile & { rtsp_url: string; codec: NonNullable<CameraProfile['codec']> } => profile.rtsp_url !== null && profile.codec !== null);
  const pixels = ({ width, height }: CameraProfile): number => (width ?? 0) * (height ?? 0);
  const [main] = [...readable].sort((left, right) => pixels(right) - pixels(left));
  if (main === undefined) {
    return null;
  }
  const [sub] = readable.filter((profile) => profile.rtsp_url !== main.rtsp_url && pixels(profile) < pixels(main) && (profile.width ?? 0) >= SUB_WIDTH).sort((left, right) => pixels(left) - pixels(right));
  const { width, height, fps } = main;
  return {
    rtsp_url: main.rtsp_url,
    substream_url: sub?.rtsp_url ?? null,
    snapshot_url: main.snapshot_url,
    codec: main.codec,
    resolution: width === null || height === null ? null : `${width}x${height}`,
    fps: fps === null ? null : Math.min(60, Math.max(1, Math.round(fps))),
  };
}

function positive(text: string | undefined): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) && value > 0 && value < 100_000 ? value : null;
}
