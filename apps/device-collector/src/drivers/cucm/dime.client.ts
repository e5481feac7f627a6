import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { AppError } from '@capstan/kernel';
import type { HttpsAnswer } from '../../https/https-answer';
import type { HttpsLogin } from '../../https/https-login';
import type { HttpsSession } from '../../https/https-session.client';
import { cookiesOf, faultText, GET_FILE_ACTION, GET_FILE_PATH, getOneFile } from './dime-messages';
import { boundaryOf, SecondPart } from './multipart-body';

const LARGEST_FAULT = 65_536;
/** What stands around a file in its answer. */
const ENVELOPE_BYTES = 65_536;
/** A node gathers a large file before it answers. */
const ANSWER_MS = 120_000;

/**
 * Fetches files over a node's log collection service (DIME): HTTPS, Basic authentication of an application user, SOAP with
 * the file as an attachment. Cookies are kept per service: those of one make another one fail.
 */
export class DimeClient {
  private readonly cookies = new Map<string, string>();

  constructor(
    private readonly session: Pick<HttpsSession, 'endpoint' | 'request'>,
    private readonly login: HttpsLogin,
  ) {}

  /**
   * The bytes of a file, as they come.
   * @param path absolute, on the node
   * @param size bytes that are expected; a little more is let through, so that the difference shows
   * @throws AppError `FILE_MISSING`, `EXPORT_AUTH_FAILED`, `EXPORT_UNREACHABLE`, `EXPORT_FAILED`, `HOSTKEY_MISMATCH`; the signal's reason
   */
  async getFile(path: string, size: number, signal: AbortSignal): Promise<Readable> {
    const answer = await this.ask(GET_FILE_PATH, GET_FILE_ACTION, getOneFile(path), signal);
    const boundary = boundaryOf(answer.headers['content-type']);
    if (answer.status !== 200 || boundary === undefined) {
      throw await this.refusal(answer, path);
    }
    const file = new SecondPart(boundary);
    pipeline(answer.stream(size + ENVELOPE_BYTES), file, () => undefined);
    return file;
  }

  private async ask(path: string, action: string, body: string, signal: AbortSignal): Promise<HttpsAnswer> {
    const cookie = this.cookies.get(path);
    const answer = await this.send(path, action, body, cookie, signal);
    if ((answer.status === 401 || answer.status === 403) && cookie !== undefined) {
      // The session behind the cookie is over; the password has not been refused.
      answer.discard();
      this.cookies.delete(path);
      return this.ask(path, action, body, signal);
    }
    const given = cookiesOf(answer.headers['set-cookie']);
    if (given !== undefined) {
      this.cookies.set(path, given);
    }
    return answer;
  }

  private async send(path: string, action: string, body: string, cookie: string | undefined, signal: AbortSignal): Promise<HttpsAnswer> {
    try {
      return await this.session.request(
        {
          method: 'POST',
          path,
          headers: { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: `"${action}"`, ...(cookie === undefined ? {} : { Cookie: cookie }) },
          body,
          login: this.login,
          timeoutMs: ANSWER_MS,
        },
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      throw dimeUnreachable(error);
    }
  }

  private async refusal(answer: HttpsAnswer, path: string): Promise<AppError> {
    const { status } = answer;
    const said = faultText(await answer.text(LARGEST_FAULT).catch(() => ''));
    const because = said === undefined ? '' : `: ${said}`;
    const { host, port } = this.session.endpoint;
    const name = `The log collection service of ${host}:${port}`;
    if (status === 401 || status === 403) {
      return new AppError('EXPORT_AUTH_FAILED', `${name} did not accept the application credential${because}`);
    }
    if (said !== undefined && /not exist|not found|no such file/i.test(said)) {
      return new AppError('FILE_MISSING', `${name} does not have ${path}${because}`);
    }
    return new AppError('EXPORT_FAILED', `${name} answered ${status} to the request for ${path}${because}`, { retryable: status >= 500 });
  }
}

/** A connection that could not be made, in the words of a retrieval. */
export function dimeUnreachable(error: unknown): AppError {
  const known = AppError.from(error);
  return known.code === 'HOSTKEY_MISMATCH' || known.code === 'EXPORT_UNREACHABLE'
    ? known
    : new AppError('EXPORT_UNREACHABLE', `The log collection service does not answer: ${known.message}`, { retryable: true, cause: error });
}
