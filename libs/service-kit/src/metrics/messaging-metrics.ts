import type { MessagingMetrics } from '@capstan/messaging';
import type { Metrics } from './metrics';

/** Counts messaging with Prometheus. Types come from the catalogue, so the number of series is bounded. */
export function prometheusMessagingMetrics(metrics: Metrics): MessagingMetrics {
  const published = metrics.counter('capstan_messages_published_total', 'Messages handed to the broker', ['type']);
  const confirmed = metrics.duration('capstan_outbox_confirm_seconds', 'From the insertion into the outbox to the broker’s confirmation', ['type']);
  const handled = metrics.duration('capstan_messages_handled_seconds', 'From the arrival of a delivery to its settlement', ['type', 'outcome']);
  const rpc = metrics.duration('capstan_rpc_seconds', 'From question to answer, as the caller sees it', ['type', 'code']);
  const lag = metrics.gauge('capstan_outbox_lag_seconds', 'Age of the oldest message that is not confirmed yet');
  const retried = metrics.counter('capstan_messages_retried_total', 'Deliveries sent to a retry tier', ['type', 'code']);
  const parked = metrics.counter('capstan_messages_parked_total', 'Deliveries parked', ['type', 'code']);
  const connected = metrics.gauge('capstan_broker_connected', 'Whether the connection to the broker is up');
  return {
    published: (type) => published.inc({ type }),
    confirmed: (type, latencySec) => confirmed.observe({ type }, latencySec),
    handled: (type, outcome, durationSec) => handled.observe({ type, outcome }, durationSec),
    rpcCalled: (type, code, durationSec) => rpc.observe({ type, code }, durationSec),
    outboxLag: (seconds) => lag.set(seconds),
    retried: (type, code) => retried.inc({ type, code }),
    parked: (type, code) => parked.inc({ type, code }),
    connected: (up) => connected.set(up ? 1 : 0),
  };
}
