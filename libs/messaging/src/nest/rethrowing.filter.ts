import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import type { Observable } from 'rxjs';

/**
 * Lets the strategy see the error a handler threw. Nest's own filter replaces whatever is no `RpcException` by
 * `{ status: 'error', message: 'Internal server error' }`, and with it the code and whether a retry makes sense.
 */
@Catch()
export class RethrowingFilter implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    throw exception;
  }
}
