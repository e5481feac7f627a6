import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { selfSignedCertificate } from '../expressway/self-signed-certificate';
import type { GearAccount } from '../ssh-gear/ssh-gear.client';

/** Settings of a {@link DimeServer}. */
export interface DimeServerOptions {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly accounts: readonly GearAccount[];
  /** The bytes of a file of the capture folder. */
  readonly file: (name: string) => Buffer | undefined;
  readonly now: () => number;
}

const PATH = '/logcollectionservice/services/DimeGetFileService';
const FOLDER = '/var/log/active/platform/cli/';
const BOUNDARY = '----=_Part_3_4711.1700000000000';
const PIECE = 16_384;

/** The log collection service of a node: HTTPS with a certificate of its own, Basic accounts, files as attachments. */
export class DimeServer {
  /** What it answers next instead of doing as it is asked: statuses, first one first. */
  readonly trouble: number[] = [];
  /** Requests so far. */
  requests = 0;
  /** Requests with a wrong account. */
  refusals = 0;
  private constructor(
    private readonly server: Server,
    /** SHA-256 of the certificate, in hex with colons. */
    readonly fingerprint: string,
    private readonly options: DimeServerOptions,
  ) {
    server.on('request', (request, response) => this.serve(request, response));
  }

  static async start(options: DimeServerOptions): Promise<DimeServer> {
    const { key, cert, fingerprint } = selfSignedCertificate(options.name, options.now());
    const server = createServer({ key, cert });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port, options.host, resolve));
    return new DimeServer(server, fingerprint, options);
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    this.requests += 1;
    const parts: Buffer[] = [];
    request.on('data', (chunk: Buffer) => parts.push(chunk));
    request.on('end', () => this.answer(request, Buffer.concat(parts).toString('utf8'), response));
  }

  private answer(request: IncomingMessage, body: string, response: ServerResponse): void {
    const trouble = this.trouble.shift();
    if (trouble !== undefined) {
      response.writeHead(trouble, { 'retry-after': '0' }).end();
      return;
    }
    if (!this.allows(request.headers.authorization)) {
      this.refusals += 1;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="Cisco Realm"' }).end();
      return;
    }
    const path = /<(?:\w+:)?FileName[^>]*>([^<]+)</.exec(body)?.[1];
    if (request.method !== 'POST' || request.url !== PATH || !/#LogCollectionPort#GetOneFile/.test(String(request.headers['soapaction'])) || path === undefined) {
      response.writeHead(404).end();
      return;
    }
    const bytes = path.startsWith(FOLDER) ? this.options.file(path.slice(FOLDER.length)) : undefined;
    if (bytes === undefined) {
      response.writeHead(500, { 'content-type': 'text/xml; charset=utf-8' }).end(fault('FileName Does Not Exist'));
      return;
    }
    this.attach(bytes, response);
  }

  private attach(bytes: Buffer, response: ServerResponse): void {
    response.writeHead(200, {
      'content-type': `multipart/related; type="text/xml"; start="<SOAP>"; boundary="${BOUNDARY}"`,
      'set-cookie': ['JSESSIONID=5A3F; Path=/logcollectionservice; Secure; HttpOnly'],
    });
    response.write(`--${BOUNDARY}\r\nContent-Type: text/xml; charset=UTF-8\r\nContent-Transfer-Encoding: binary\r\nContent-Id: <SOAP>\r\n\r\n${envelope('<ns1:GetOneFileResponse/>')}\r\n`);
    response.write(`--${BOUNDARY}\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\nContent-Id: <FILE>\r\n\r\n`);
    for (let at = 0; at < bytes.length; at += PIECE) {
      response.write(bytes.subarray(at, at + PIECE));
    }
    response.end(`\r\n--${BOUNDARY}--\r\n`);
  }

  private allows(authorization: string | undefined): boolean {
    const given = Buffer.from((authorization ?? '').replace(/^Basic /, ''), 'base64').toString('utf8');
    return this.options.accounts.some(({ username, password }) => given === `${username}:${password}`);
  }
}

function envelope(body: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
}

function fault(text: string): string {
  return envelope(`<soapenv:Fault><faultcode>soapenv:Server.userException</faultcode><faultstring>${text}</faultstring></soapenv:Fault>`);
}
