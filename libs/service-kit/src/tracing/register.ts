import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';

/*
 * Imported first by every main.ts, for its effect: instrumentation hooks into modules as they are loaded, so it must
 * run before pg, amqplib and http are. Does nothing, and costs nothing, unless an endpoint is configured.
 */
// eslint-disable-next-line no-restricted-properties -- runs before any config.ts can
if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  const sdk = new NodeSDK({
    instrumentations: [new HttpInstrumentation(), new PgInstrumentation({ requireParentSpan: true }), new AmqplibInstrumentation()],
    // Traces alone: metrics are scraped and logs are collected from files. Left to itself the SDK would send both as well.
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  process.once('beforeExit', () => {
    void sdk.shutdown();
  });
}
