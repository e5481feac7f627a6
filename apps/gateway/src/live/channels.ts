import type { Permission } from '@capstan/contracts';

/** Which permission a channel needs. */
export function channelPermission(channel: string): Permission {
  if (channel === 'recordings' || channel === 'receivers' || channel.startsWith('waterfall:')) {
    return 'recordings:read';
  }
  return channel === 'devices' ? 'devices:read' : channel === 'cameras' ? 'cameras:read' : 'sessions:read';
}

/** Job of a channel `collection:<job_id>`; undefined for the others. */
export function channelCollection(channel: string): string | undefined {
  return channel.startsWith('collection:') ? channel.slice('collection:'.length) : undefined;
}

/** Session of a channel `session:<id>`; undefined for the others. */
export function channelSession(channel: string): string | undefined {
  return channel.startsWith('session:') ? channel.slice('session:'.length) : undefined;
}
