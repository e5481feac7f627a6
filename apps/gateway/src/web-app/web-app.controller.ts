import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '@capstan/kernel';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config';
import { matchesAny } from '../downloads/byte-range';
import { IndexPage } from './index-page';
import { chooseEncoding, readWebFiles, type WebFile } from './web-files';

/** From `apps/gateway/{src,dist}/web-app`. */
const BUILT_WEB_APP = resolve(__dirname, '..', '..', '..', 'web', 'dist');
/** Paths that are never pages. */
const NO_PAGES = /^\/(?:api|socket\.io|live|ready|assets)(?:\/|$)/;

/** The web app: its files, and its one page under every address that is nothing else. */
@Controller()
export class WebAppController {
  private readonly files: ReadonlyMap<string, WebFile>;
  private readonly page: IndexPage | undefined;

  constructor(@Inject(GATEWAY_CONFIG) config: GatewayConfig) {
    this.files = readWebFiles(config.CAPSTAN_WEB_DIR ?? BUILT_WEB_APP);
    const index = this.files.get('/index.html');
    this.page = index && new IndexPage(readFileSync(index.path, 'utf8'));
  }

  @Get('{*path}')
  serve(@Req() request: Request, @Res() response: Response): void {
    const file = request.path === '/index.html' ? undefined : this.files.get(request.path);
    if (file) {
      this.sendFile(request, response, file);
      return;
    }
    if (NO_PAGES.test(request.path)) {
      throw new AppError('NOT_FOUND', 'There is nothing at this address');
    }
    if (!this.page) {
      throw new AppError('NOT_FOUND', 'The web app has not been built; the API is at /api/docs');
    }
    const { html, policy } = this.page.render(randomBytes(18).toString('base64'));
    response.set({ 'Content-Security-Policy': policy, 'Cache-Control': 'no-store', 'Content-Type': 'text/html; charset=utf-8' }).send(html);
  }

  private sendFile(request: Request, response: Response, file: WebFile): void {
    response.set({
      'Content-Type': file.mediaType,
      'Cache-Control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      ETag: file.etag,
      Vary: 'Accept-Encoding',
    });
    if (matchesAny(request.get('if-none-match'), file.etag)) {
      response.status(304).end();
      return;
    }
    const { path, encoding } = chooseEncoding(file, request.get('accept-encoding'));
    if (encoding) {
      response.set('Content-Encoding', encoding);
    }
    response.sendFile(path, { etag: false, lastModified: false, cacheControl: false, acceptRanges: false, dotfiles: 'allow' });
  }
}
