import type { BodyInputOf, ChannelView, routes } from '@capstan/contracts';

type Body = BodyInputOf<typeof routes.createChannel>;

/** What becomes of the secret of a channel. */
export type SecretWish = 'keep' | 'generate' | 'type' | 'none';

/** A channel while somebody writes it: every field is what an input holds. */
export interface ChannelDraft {
  readonly name: string;
  readonly enabled: boolean;
  readonly type: ChannelView['type'];
  readonly host: string;
  readonly port: number | '';
  readonly security: 'starttls' | 'tls' | 'none';
  readonly username: string;
  readonly from: string;
  /** One address a line, or separated by commas. */
  readonly to: string;
  readonly url: string;
  readonly secretWish: SecretWish;
  readonly secret: string;
}

/** A new channel; a webhook is signed unless somebody says otherwise. */
export function newChannel(type: ChannelView['type'] = 'email'): ChannelDraft {
  return { name: '', enabled: true, type, host: '', port: 587, security: 'starttls', username: '', from: '', to: '', url: '', secretWish: type === 'webhook' ? 'generate' : 'type', secret: '' };
}

/** A channel that is to be changed. */
export function draftOfChannel({ name, enabled, type, settings, has_secret: hasSecret }: ChannelView): ChannelDraft {
  const text = (key: string): string => String(settings[key] ?? '');
  const security = settings['security'];
  return {
    ...newChannel(type),
    name,
    enabled,
    host: text('host'),
    port: typeof settings['port'] === 'number' ? settings['port'] : 587,
    security: security === 'tls' || security === 'none' ? security : 'starttls',
    username: text('username'),
    from: text('from'),
    to: Array.isArray(settings['to']) ? settings['to'].map(String).join('\n') : '',
    url: text('url'),
    secretWish: hasSecret ? 'keep' : 'none',
  };
}

/** What the API takes. @param generated the key that was made where one was wished for */
export function bodyOfChannel(draft: ChannelDraft, generated?: string): Body {
  const fields = { name: draft.name.trim(), enabled: draft.enabled };
  switch (draft.type) {
    case 'email': {
      const username = draft.username.trim();
      const settings = {
        host: draft.host.trim(),
        ...(draft.port === '' ? {} : { port: draft.port }),
        security: draft.security,
        username: username === '' ? null : username,
        from: draft.from.trim(),
        to: draft.to.split(/[\s,;]+/).filter((address) => address !== ''),
      };
      // Without a login there is nothing a password is good for.
      return { ...fields, type: 'email', settings, ...secretOf(username === '' ? { ...draft, secretWish: 'none' } : draft) };
    }
    case 'webhook':
      return { ...fields, type: 'webhook', settings: { url: draft.url.trim() }, ...secretOf(draft, generated) };
    case 'in_app':
      return { ...fields, type: 'in_app', settings: {} };
  }
}

/** The same channel, on or off. */
export function bodyOfView({ name, type, settings }: ChannelView, enabled: boolean): Body {
  return { name, enabled, type, settings } as Body;
}

function secretOf({ secretWish, secret }: Pick<ChannelDraft, 'secretWish' | 'secret'>, generated?: string): { secret?: string } {
  switch (secretWish) {
    case 'keep':
      return {};
    case 'none':
      return { secret: '' };
    case 'type':
      return secret === '' ? {} : { secret };
    case 'generate':
      return { secret: generated ?? '' };
  }
}

/** A key of 24 random bytes in the form Standard Webhooks gives to keys. */
export function newSigningKey(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24))))}`;
}
