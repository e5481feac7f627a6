import type { CameraView, DeviceView, Permission, ReceiverView, SessionSummary } from '@capstan/contracts';

/** One thing the search over everything has found. */
export interface Found {
  readonly key: string;
  readonly label: string;
  /** What tells it from others of its name. */
  readonly detail: string;
  readonly to: string;
}

/** Things of one kind, under their heading. */
export interface FoundGroup {
  readonly label: string;
  readonly items: readonly Found[];
}

/** A page people can go to. */
export interface Destination {
  readonly to: string;
  readonly label: string;
  readonly needs?: Permission;
}

const ADDRESS = /^(?:\d{1,3}\.){3}\d{1,3}(?:\/\d{1,2})?$|^[0-9a-f]{2}(?:[:.-]?[0-9a-f]{2}){2,5}$|^[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}$/i;

/** Pages whose name has all words; none before something is typed. */
export function destinations(q: string, places: readonly Destination[], may: (permission: Permission) => boolean): Found[] {
  const words = q.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return words.length === 0
    ? []
    : places.filter(({ label, needs }) => words.every((word) => label.toLowerCase().includes(word)) && (needs === undefined || may(needs))).map(({ to, label }) => ({ key: `page ${to}`, label, detail: 'Page', to }));
}

/** Other searches that may know more. */
export function furtherSearches(q: string, may: (permission: Permission) => boolean): Found[] {
  const text = encodeURIComponent(q);
  const all: readonly (Found & { readonly needs: Permission; readonly fits: boolean })[] = [
    { key: 'addresses', label: `Who had ${q}?`, detail: 'Addresses', to: `/addresses?q=${text}`, needs: 'devices:read', fits: ADDRESS.test(q) },
    { key: 'captures', label: `Captures with “${q}”`, detail: 'Search', to: `/search?q=${text}`, needs: 'devices:read', fits: true },
    { key: 'sessions', label: `All sessions with “${q}”`, detail: 'Sessions', to: `/sessions?q=${text}`, needs: 'sessions:read', fits: true },
  ];
  return q.length < 2 ? [] : all.filter(({ needs, fits }) => fits && may(needs)).map(({ needs: _, fits: __, ...found }) => found);
}

/** Sessions as they are found. @param word the word for a state */
export function foundSessions(sessions: readonly SessionSummary[], word: (state: SessionSummary['state']) => string, when: (iso: string) => string): Found[] {
  return sessions.map(({ session_id: id, name, state, created_at: at }) => ({ key: `session ${id}`, label: name, detail: `${word(state)}, ${when(at)}`, to: `/sessions/${id}` }));
}

/** Devices as they are found. */
export function foundDevices(devices: readonly DeviceView[]): Found[] {
  return devices.map(({ id, name, address, site }) => ({ key: `device ${id}`, label: name, detail: site === null ? address : `${address}, ${site}`, to: `/inventory/devices/${id}` }));
}

/** Cameras as they are found. */
export function foundCameras(cameras: readonly CameraView[], word: (state: CameraView['state']) => string): Found[] {
  return cameras.map(({ id, name, state, location }) => ({ key: `camera ${id}`, label: name, detail: location === null || location === '' ? word(state) : `${word(state)}, ${location}`, to: `/cameras/${id}` }));
}

/** Receivers as they are found. They share a page. */
export function foundReceivers(receivers: readonly ReceiverView[]): Found[] {
  return receivers.map(({ receiver_id: id, receiver_no: number, name, health }) => ({ key: `receiver ${id}`, label: name, detail: `No ${number}, ${health.status}`, to: '/receivers' }));
}

/** The place that follows another in a list that goes round. */
export function stepped(at: number, by: 1 | -1, count: number): number {
  return count === 0 ? 0 : (at + by + count) % count;
}
