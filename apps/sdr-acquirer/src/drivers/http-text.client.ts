import { get } from 'node:http';
import { receiverFailure, socketFailure } from './receiver-failure';

const MAX_BYTES = 65_536;
const TIMEOUT_MS = 5_000;

/**
 * A short text over HTTP.
 * @throws AppError of `receiverFailure`
 */
export function fetchText(url: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { signal, timeout: TIMEOUT_MS, agent: false }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        reject(receiverFailure('http_status', `The receiver answers with status ${response.statusCode}`, { again: (response.statusCode ?? 500) >= 500 }));
        return;
      }
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > MAX_BYTES) {
          request.destroy(receiverFailure('protocol_error', 'The answer is longer than a status', { again: false }));
        }
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(receiverFailure('timeout', 'The receiver does not answer', { again: true })));
    request.on('error', (error: NodeJS.ErrnoException) => reject(error.name === 'AppError' ? error : socketFailure(error)));
  });
}
