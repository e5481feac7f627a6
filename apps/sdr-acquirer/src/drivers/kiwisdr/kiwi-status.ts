import type { ReceiverHealth } from '../receiver-driver';

/** Reads the answer of `GET /status`: lines of `key=value`. */
export function parseKiwiStatus(text: string): ReceiverHealth {
  const values = new Map(
    text.split(/\r?\n/).map((line) => {
      const at = line.indexOf('=');
      return at < 0 ? ([line.trim(), ''] as const) : ([line.slice(0, at).trim(), line.slice(at + 1).trim()] as const);
    }),
  );
  const number = (key: string): number | null => {
    const value = Number.parseFloat(values.get(key) ?? '');
    return Number.isFinite(value) ? value : null;
  };
  const offline = values.get('offline') === 'yes' || values.get('status') === 'offline';
  const users = number('users');
  const usersMax = number('users_max');
  const full = users !== null && usersMax !== null && users >= usersMax;
  const stampsOff = number('tdoa_ch') === -1;
  const fixes = number('gps_good');
  return {
    status: offline ? 'offline' : full ? 'busy' : 'online',
    users,
    usersMax,
    gpsGood: fixes === null ? null : fixes >= 4 && !stampsOff,
    snrDb: number('snr'),
    software: values.get('sw_version') || null,
    detail: offline ? 'switched off' : values.get('status') === 'private' ? 'private' : full ? 'all channels are taken' : '',
  };
}
