import { EventEmitter } from 'node:events';
import { Metrics } from '@capstan/service-kit';
import { requestMetrics } from './request-metrics';

describe(requestMetrics.name, () => {
  const metrics = new Metrics();
  const sut = requestMetrics(metrics);
  const count = async (labels: string): Promise<boolean> => (await metrics.registry.metrics()).includes(`capstan_http_request_seconds_count{${labels}} 1`);

  function answer(request: object, statusCode: number, writableFinished = true): void {
    const response = Object.assign(new EventEmitter(), { statusCode, writableFinished });
    const next = jest.fn();
    sut(request as never, response as never, next);
    expect(next).toHaveBeenCalledTimes(1);
    response.emit('close');
  }

  it('counts by the pattern of the route and the class of the status', async () => {
    answer({ method: 'GET', route: { path: '/api/v1/sessions/:id' }, originalUrl: '/api/v1/sessions/7' }, 404);
    expect(await count('method="GET",route="/api/v1/sessions/:id",status="4xx"')).toBe(true);
  });

  it('does not make a series of every address somebody tries', async () => {
    answer({ method: 'GET', originalUrl: '/wp-admin/1' }, 404);
    expect(await count('method="GET",route="none",status="4xx"')).toBe(true);
  });

  it('tells answers that were cut off from those that were given', async () => {
    answer({ method: 'GET', route: { path: '/x' } }, 200, false);
    expect(await count('method="GET",route="/x",status="cut"')).toBe(true);
  });
});
