import type { CreateCameraBody, UpdateCameraBody } from '@capstan/contracts';
import { type FieldError, validationError } from '@capstan/kernel';
import { checkCameraUrl } from './camera-url';

/** A camera as it is to be written, its URLs checked and free of credentials. */
export interface CheckedFields<Fields> {
  readonly fields: Fields;
  /** Credentials that stood in a URL. */
  readonly embedded: { readonly username?: string; readonly password?: string };
}

const STREAM = ['rtsp:', 'rtsps:'];
const WEB = ['http:', 'https:'];
const URLS = [
  ['rtsp_url', STREAM],
  ['substream_url', STREAM],
  ['snapshot_url', WEB],
] as const;

/**
 * Checks the URLs among some fields of a camera and takes credentials out of them.
 * @throws AppError `VALIDATION_FAILED`
 */
export function checkFields<Fields extends Partial<Omit<CreateCameraBody, 'password'>> | Omit<UpdateCameraBody, 'password'>>(fields: Fields, mayBeAllowed: (host: string) => boolean): CheckedFields<Fields> {
  const errors: FieldError[] = [];
  const checked: Record<string, unknown> = { ...fields };
  let embedded: CheckedFields<Fields>['embedded'] = {};
  for (const [name, schemes] of URLS) {
    const text = fields[name];
    if (text === undefined || text === null) {
      continue;
    }
    const result = checkCameraUrl(name, text, schemes, mayBeAllowed);
    if ('error' in result) {
      errors.push(result.error);
      continue;
    }
    checked[name] = result.url;
    if (result.username !== undefined && embedded.username === undefined) {
      embedded = { username: result.username, ...(result.password === undefined ? {} : { password: result.password }) };
    }
  }
  if (errors.length > 0) {
    throw validationError(errors);
  }
  return { fields: checked as Fields, embedded };
}
