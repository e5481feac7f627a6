import { createHmac } from 'node:crypto';

/**
 * The headers by which a receiver knows who sent a webhook, when, and whether it came before, as in the Standard Webhooks
 * specification 1.0.0: `webhook-signature` is `v1,` and the base64 HMAC-SHA256 of `<id>.<timestamp>.<body>`.
 * @param secret `whsec_` and the key in base64, or any text, whose bytes are the key then
 * @param timestampSec Unix seconds of this attempt: a receiver refuses what is older than a few minutes
 */
export function signedHeaders(secret: string | null, id: string, timestampSec: number, body: string): Record<string, string> {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestampSec) };
  if (secret === null) {
    return headers;
  }
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret, 'utf8');
  const signature = createHmac('sha256', key).update(`${id}.${timestampSec}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}
