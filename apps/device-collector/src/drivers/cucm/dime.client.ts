import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { AppError, type Clock } from '@capstan/kernel';
import type { HttpsAnswer, HttpsConnector } from '../../https/https-connector';
import { backOffMs, cookiesOf, faultText, GET_FILE_ACTION, GET_FILE_PATH, getOneFile } from './dime-messages';
import { boundaryOf, SecondPart } from './multipart-body';

/** An application user of a node: not the one of its command line. */
export interface AppLogin {
  readonly username: string;
  readonly password: string;
}

/** Where the service listens. */
export interface DimeEndpoint {
  readonly host: string;
  readonly port: number;
}

const BUSY_ATTEMPTS = 6;
const LARGEST_FAULT = 65_536;

/**
 * Fetches files over a node's log collection service (DIME): HTTPS, Basic authentication, SOAP with the file as an
 * attachment. Cookies are kept per service: those of one make another one fail.
 */
export class DimeClient {
  private readonly cookies = new Map<string, string>();

  constructor(
    private readonly https: HttpsConnector,
    private readonly endpoint: DimeEndpoint,
    private readonly login: AppLogin,
    private readonly clock: Clock,
  ) {}

  /**
   * The bytes of a file, as they come.
   * @param path absolute, on the node
   * @throws AppError `FILE_MISSING`, `EXPORT_AUTH_FAILED`, `EXPORT_UNREACHABLE`, `EXPORT_FAILED`, `HOSTKEY_MISMATCH`; the signal's reason
   */
  async getFile(path: string, signal: AbortSignal): Promise<Readable> {
    const answer = await this.ask(GET_FILE_PATH, GET_FILE_ACTION, getOneFile(path), signal);
    const boundary = boundaryOf(answer.headers['content-type']);
    if (answer.status !== 200 || boundary === undefined) {
      throw await this.refusal(answer, path);
    }
    const file = new SecondPart(boundary);
    pipeline(answer.body, file, () => undefined);
    return file;
  }

  private async ask(path: string, action: string, body: string, signal: AbortSignal): Promise<HttpsAnswer> {
    for (let attempt = 0; ; attempt += 1) {
      const cookie = this.cookies.get(path);
      const answer = await this.send(path, action, body, cookie, signal);
      const { status } = answer;
      if ((status === 401 || status === 403) && cookie !== undefined) {
        // The session behind the cookie is over; the password has not been refused.
        this.cookies.delete(path);
        answer.body.destroy();
      } else if ((status === 429 || status === 503) && attempt < BUSY_ATTEMPTS) {
        answer.body.destroy();
        await this.clock.sleep(backOffMs(answer.headers['retry-after'], attempt), signal);
      } else {
        const given = cookiesOf(answer.headers['set-cookie']);
        if (given !== undefined) {
          this.cookies.set(path, given);
        }
        return answer;
      }
    }
  }

  private async send(path: string, action: string, body: string, cookie: string | undefined, signal: AbortSignal): Promise<HttpsAnswer> {
    const { username, password } = this.login;
    try {
      return await this.https.ask(
        {
          ...this.endpoint,
          method: 'POST',
          path,
          headers: {
            authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
            'content-type': 'text/xml; charset=utf-8',
            soapaction: `"${action}"`,
            ...(cookie === undefined ? {} : { cookie }),
          },
          body,
        },
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      const { code, message, retryable } = AppError.from(error);
      throw code === 'HOSTKEY_MISMATCH' ? error : new AppError('EXPORT_UNREACHABLE', `${this.name}: ${message}`, { retryable, cause: error });
    }
  }

  private async refusal(answer: HttpsAnswer, path: string): Promise<AppError> {
    const said = faultText(await textOf(answer.body));
    const { status } = answer;
    const because = said === undefined ? '' : `: ${said}`;
    if (status === 401 || status === 403) {
      return new AppError('EXPORT_AUTH_FAILED', `${this.name} did not accept the application credential${because}`);
    }
    if (said !== undefined && /not exist|not found|no such file/i.test(said)) {
      return new AppError('FILE_MISSING', `${this.name} does not have ${path}${because}`);
    }
    return new AppError('EXPORT_FAILED', `${this.name} answered ${status} to the request for ${path}${because}`, { retryable: status >= 500 || status === 429 });
  }

  private get name(): string {
    return `The log collection service of ${this.endpoint.host}:${this.endpoint.port}`;
  }
}

async function textOf(body: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_FAULT) {
      break;
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}
