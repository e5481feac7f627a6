import { AppError } from '@capstan/kernel';
import type { CaptureStep } from '../../packet-capture/step-names';
import type { Transcript } from '../../packet-capture/transcript';
import type { HttpsAnswer } from '../../https/https-answer';
import type { HttpsLogin } from '../../https/https-login';
import type { HttpsRequest, HttpsSession, SentRequest } from '../../https/https-session.client';
import type { DateReading } from './date-clock';
import { type DiagnosticStatus, readDiagnosticStatus, readMessage } from './diagnostic-status';
import { BASE_PATHS, type BasePath } from './expressway-plan';

/** What the device is asked to do. */
export type DiagnosticMode = 'start' | 'stop' | 'collect' | 'download';

/** From X14.2 on every request that changes something needs it; its value is of no importance, and older versions do not mind. */
const CSRF_HEADER = { 'X-CSRF-Header': 'capstan' };
const LONGEST_SAID = 300;

/** The diagnostic logging API of one peer. Knows paths, headers and methods; what a failure means for the capture is the caller's affair. */
export class DiagnosticApi {
  private method: 'PUT' | 'POST' = 'PUT';
  private base: BasePath = BASE_PATHS[0];

  constructor(
    private readonly session: HttpsSession,
    private readonly login: HttpsLogin,
    private readonly transcript: Transcript,
  ) {}

  get host(): string {
    return this.session.endpoint.host;
  }

  /** Where the API stands and how it is told to do things, for the plan. */
  get place(): { readonly base: BasePath; readonly method: 'PUT' | 'POST' } {
    return { base: this.base, method: this.method };
  }

  /** Uses what is known of another peer, or of a connection before. */
  use(place: { readonly base: BasePath; readonly method: 'PUT' | 'POST' }): void {
    this.base = place.base;
    this.method = place.method;
  }

  /**
   * Finds the API and proves the account, with one request per known place; a refused account is not tried again.
   * @throws AppError `AUTH_FAILED`, `UNSUPPORTED` when there is no such API
   */
  async probe(signal: AbortSignal): Promise<void> {
    for (const base of BASE_PATHS) {
      this.base = base;
      const answer = await this.ask('auth', 'GET', this.path('diagnosticlogging'), signal);
      answer.discard();
      if (answer.status === 200) {
        await this.learnMethod(signal);
        return;
      }
      if (answer.status !== 404) {
        throw this.unexpected('auth', answer.status);
      }
    }
    throw new AppError('UNSUPPORTED', `${this.host} has no diagnostic logging API (neither ${BASE_PATHS.join(' nor ')})`);
  }

  /** @throws AppError `AUTH_FAILED`, `DEVICE_LOST`, `DEVICE_OVERLOADED` */
  async status(step: CaptureStep, signal: AbortSignal): Promise<DiagnosticStatus> {
    const answer = await this.session.request(this.request('GET', this.path('diagnosticlogging')), signal);
    if (answer.status !== 200) {
      answer.discard();
      throw this.unexpected(step, answer.status);
    }
    return readDiagnosticStatus(await answer.json());
  }

  /** The answer to GET cluster/peers; undefined where the device does not know the question. */
  async peers(signal: AbortSignal): Promise<unknown> {
    const answer = await this.ask('preflight', 'GET', this.path('cluster/peers'), signal);
    if (answer.status !== 200) {
      answer.discard();
      return undefined;
    }
    return answer.json();
  }

  /** One look at the device's clock. */
  async date(signal: AbortSignal): Promise<DateReading> {
    const answer = await this.session.request(this.request('GET', this.path('diagnosticlogging')), signal);
    answer.discard();
    return { sentAt: answer.sentAt, receivedAt: answer.receivedAt, date: answer.headers.date };
  }

  /** Sends the start line now, once, and does not wait. */
  start(signal: AbortSignal): SentRequest {
    return this.session.send({ ...this.request(this.method, this.path('diagnosticlogging'), START), attempts: 1 }, signal);
  }

  /** Writes the start line into the transcript: when it was sent, there was no time for that. */
  noteStart(): void {
    this.transcript.sent('start', `${this.method} https://${this.host}${this.path('diagnosticlogging')} ${START}`);
  }

  /** What has been answered to the start line, and whether that means yes. */
  async readStart(answer: HttpsAnswer): Promise<{ readonly accepted: boolean; readonly status: number; readonly said: string | undefined }> {
    return this.read('start', answer);
  }

  /** Has something done. The other method is used where the usual one is not allowed (405). */
  async command(step: CaptureStep, mode: Exclude<DiagnosticMode, 'download'>, signal: AbortSignal): Promise<{ readonly accepted: boolean; readonly status: number; readonly said: string | undefined }> {
    return this.read(step, await this.tell(step, mode, signal));
  }

  /** The archive as it comes. @throws AppError `EXPORT_FAILED` */
  async download(signal: AbortSignal): Promise<HttpsAnswer> {
    const answer = await this.tell('retrieve', 'download', signal);
    if (answer.status !== 200) {
      const { said } = await this.read('retrieve', answer);
      throw new AppError('EXPORT_FAILED', `${this.host} does not give its archive: it answers ${answer.status}${said === undefined ? '' : ` (${said})`}`);
    }
    this.transcript.received('retrieve', `200, ${answer.size ?? 'unknown'} bytes`);
    return answer;
  }

  end(): void {
    this.session.end();
  }

  private async tell(step: CaptureStep, mode: DiagnosticMode, signal: AbortSignal): Promise<HttpsAnswer> {
    const body = mode === 'start' ? START : JSON.stringify({ Mode: mode });
    const answer = await this.ask(step, this.method, this.path('diagnosticlogging'), signal, body);
    if (answer.status !== 405) {
      return answer;
    }
    answer.discard();
    this.method = this.method === 'PUT' ? 'POST' : 'PUT';
    return this.ask(step, this.method, this.path('diagnosticlogging'), signal, body);
  }

  /** Learned before the start, because learning it from a refusal would cost the start a round trip. */
  private async learnMethod(signal: AbortSignal): Promise<void> {
    const answer = await this.session.request(this.request('OPTIONS', this.path('diagnosticlogging')), signal);
    answer.discard();
    const allowed = (answer.headers.allow ?? '').toUpperCase().split(/[\s,]+/);
    if (answer.status < 300 && allowed.includes('POST') && !allowed.includes('PUT')) {
      this.method = 'POST';
    }
  }

  private async ask(step: CaptureStep, method: HttpsRequest['method'], path: string, signal: AbortSignal, body?: string): Promise<HttpsAnswer> {
    this.transcript.sent(step, `${method} https://${this.host}${path}${body === undefined ? '' : ` ${body}`}`);
    const answer = await this.session.request(this.request(method, path, body), signal);
    this.transcript.received(step, `${answer.status}${answer.headers.date === undefined ? '' : ` (${answer.headers.date})`}`);
    return answer;
  }

  private request(method: HttpsRequest['method'], path: string, body?: string): HttpsRequest {
    return {
      method,
      path,
      login: this.login,
      headers: { ...CSRF_HEADER, Accept: 'application/json, application/octet-stream, */*', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body }),
    };
  }

  private async read(step: CaptureStep, answer: HttpsAnswer): Promise<{ accepted: boolean; status: number; said: string | undefined }> {
    const said = readMessage(await answer.json())?.slice(0, LONGEST_SAID);
    if (said !== undefined) {
      this.transcript.received(step, said);
    }
    if (answer.status === 401 || answer.status === 403) {
      throw this.unexpected(step, answer.status);
    }
    return { accepted: answer.status >= 200 && answer.status < 300, status: answer.status, said };
  }

  private unexpected(step: CaptureStep, status: number): AppError {
    if (status === 401 || status === 403) {
      return new AppError('AUTH_FAILED', `${this.host} did not accept the account${status === 403 ? ', or the account may not use its API' : ''}`);
    }
    return new AppError('UNSUPPORTED', `${this.host} answers ${status} to a question about its diagnostic logging (${step})`);
  }

  private path(what: string): string {
    return `${this.base}/${what}`;
  }
}

const START = JSON.stringify({ Mode: 'start', TCPDump: 'on' });
