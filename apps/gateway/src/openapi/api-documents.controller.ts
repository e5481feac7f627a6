import { dirname, join } from 'node:path';
import { routes } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { VERSION } from '@capstan/service-kit';
import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { asyncApiDocument } from '../asyncapi/asyncapi-document';
import { API_PREFIX } from '../http/endpoint';
import { pagePolicy } from '../http/security-headers';
import { DOCS_FILES, DOCS_HTML, DOCS_START } from './docs-page';
import { openApiDocument } from './openapi-document';

const SWAGGER_FOLDER = dirname(require.resolve('swagger-ui-dist/package.json'));
/** Swagger UI sets style elements of its own; it can be given no nonce. Scripts stay closed. */
const DOCS_POLICY = pagePolicy({ styles: ["'unsafe-inline'"] });

/** Descriptions of the API for people and programs. Open to anyone: they say what exists, not what is in it. */
@Controller('api')
export class ApiDocumentsController {
  private readonly openApi = JSON.stringify(openApiDocument(routes, API_PREFIX, VERSION));
  private readonly asyncApi = JSON.stringify(asyncApiDocument(VERSION));

  @Get('openapi.json')
  @Header('Content-Type', 'application/json')
  @Header('Cache-Control', 'no-cache')
  openApiJson(): string {
    return this.openApi;
  }

  @Get('asyncapi.json')
  @Header('Content-Type', 'application/json')
  @Header('Cache-Control', 'no-cache')
  asyncApiJson(): string {
    return this.asyncApi;
  }

  @Get('docs')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', DOCS_POLICY)
  docs(): string {
    return DOCS_HTML;
  }

  @Get('docs/start.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  start(): string {
    return DOCS_START;
  }

  @Get('docs/:file')
  file(@Param('file') file: string, @Res() response: Response): void {
    const mediaType = Object.hasOwn(DOCS_FILES, file) ? DOCS_FILES[file] : undefined;
    if (mediaType === undefined) {
      throw new AppError('NOT_FOUND', 'There is nothing at this address');
    }
    response.set({ 'Content-Type': mediaType, 'Cache-Control': 'public, max-age=86400' }).sendFile(join(SWAGGER_FOLDER, file), { dotfiles: 'allow', cacheControl: false });
  }
}
