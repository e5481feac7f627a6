import { UUID_PATTERN } from '@capstan/kernel';
import { z } from 'zod';

/** A UUID in lower case. */
export const uuid = z.string().regex(UUID_PATTERN, 'must be a UUID in lower case');

/** ISO-8601 in UTC with `Z`. */
export const isoTimestamp = z.iso.datetime();

/** Text that people give to things: one line, no control characters, not only blanks. */
export function label(maxLength: number): z.ZodString {
  return z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(maxLength)
    .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters');
}

/**
 * A host name (RFC 1123), an IPv4 or an IPv6 address. What passes here can be written into a command line:
 * no blank, quote, semicolon or newline is among its characters.
 */
export const hostAddress = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(253)
  .regex(
    /^(?:(?!-)[A-Za-z0-9-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)$/,
    'must be a host name or an IP address',
  );

/** A host address, or a network in CIDR notation. */
export const hostOrNetwork = z
  .string()
  .trim()
  .max(60)
  .regex(
    /^(?:(?!-)[A-Za-z0-9-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)(?:\/(?:\d|[1-9]\d|1[01]\d|12[0-8]))?$/,
    'must be a host name, an IP address or a network such as 10.0.0.0/8',
  );

/** TCP or UDP port. */
export const port = z.int().min(1).max(65_535);

/** Query of every list: a page, or simply a limit. Values arrive as text. */
export const pageQuery = z.strictObject({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  per_page: z.coerce.number().int().min(1).max(100).default(20),
  limit: z.coerce.number().int().min(1).max(100).optional(),
});

/** What every list answers beside its rows. */
export const pageInfo = { total: z.int().min(0), page: z.int().min(1), per_page: z.int().min(1) } as const;

/** A wire error: see `AppErrorShape` in the kernel. */
export const errorShape = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.number().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
