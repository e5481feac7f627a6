import { AppError } from '@capstan/kernel';

/** Why a camera gives no picture. Stable codes: clients and health reports decide by them. */
export const CAMERA_FAILURES = [
  'CAMERA_AUTH_FAILED',
  'CAMERA_NOT_FOUND_ON_HOST',
  'CAMERA_UNREACHABLE',
  'CAMERA_TIMEOUT',
  'CAMERA_TRANSPORT',
  'CAMERA_NO_VIDEO',
  'CAMERA_DECODE',
  'CAMERA_BUSY',
  'CAMERA_PROTOCOL',
  'CAMERA_LOST',
] as const;
/** One of {@link CAMERA_FAILURES}. */
export type CameraFailure = (typeof CAMERA_FAILURES)[number];

const RETRYABLE: readonly CameraFailure[] = ['CAMERA_UNREACHABLE', 'CAMERA_TIMEOUT', 'CAMERA_BUSY', 'CAMERA_LOST', 'CAMERA_DECODE'];

/** A failure of a camera. `message` must not hold what the camera or the user wrote: URLs and headers carry credentials. */
export function cameraError(code: CameraFailure, message: string, cause?: unknown): AppError {
  return new AppError(code, message, { retryable: RETRYABLE.includes(code), ...(cause === undefined ? {} : { cause }) });
}

/** The failure that a status of RTSP (RFC 2326 §11) or HTTP stands for. */
export function statusError(status: number, step: string): AppError {
  switch (status) {
    case 401:
    case 403:
      return cameraError('CAMERA_AUTH_FAILED', `The camera refused the credentials (${status} at ${step})`);
    case 404:
    case 410:
      return cameraError('CAMERA_NOT_FOUND_ON_HOST', `The camera does not know this path (${status} at ${step})`);
    case 461:
      return cameraError('CAMERA_TRANSPORT', `The camera supports none of the transports (${status} at ${step})`);
    case 453:
    case 503:
      return cameraError('CAMERA_BUSY', `The camera takes no more sessions (${status} at ${step})`);
    default:
      return cameraError('CAMERA_PROTOCOL', `The camera answered ${status} at ${step}`);
  }
}

const NOBODY_THERE: readonly string[] = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENOTFOUND', 'EAI_AGAIN'];

/** The failure that a socket error stands for. */
export function socketError(error: Error): AppError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ETIMEDOUT') {
    return cameraError('CAMERA_TIMEOUT', 'The camera did not answer in time', error);
  }
  return NOBODY_THERE.includes(code ?? '') ? cameraError('CAMERA_UNREACHABLE', `Nothing answers at the address of the camera (${code})`, error) : cameraError('CAMERA_LOST', `The connection to the camera broke (${code ?? 'closed'})`, error);
}
