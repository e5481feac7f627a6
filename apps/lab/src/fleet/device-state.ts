/** A binding that was changed by hand. */
export interface EditedArp {
  readonly ip: string;
  /** 12 hexadecimal digits; null when the address is gone. */
  readonly mac: string | null;
}

/** A static route that was added by hand. */
export interface EditedRoute {
  /** CIDR notation. */
  readonly prefix: string;
  readonly via: string;
}

/** What an order can change of a device. */
export type DeviceEdit =
  | { readonly kind: 'config'; readonly line: string; readonly actor: string }
  | { readonly kind: 'route'; readonly prefix: string; readonly via: string; readonly actor: string }
  | { readonly kind: 'arp'; readonly ip: string; readonly mac: string | null }
  /** Only what changes by itself: ages, counters, times of day, the uptime. */
  | { readonly kind: 'noise' }
  /** Another box of the same model stands there now. */
  | { readonly kind: 'serial'; readonly serial: string };

/** What has changed of a device since the lab began. */
export interface DeviceState {
  /** Goes up with every edit; ages and times follow from it. */
  readonly generation: number;
  /** The generation in which the configuration was changed last. */
  readonly configuredIn: number;
  readonly configLines: readonly string[];
  /** Who changed the configuration last. */
  readonly actor: string;
  readonly routes: readonly EditedRoute[];
  readonly arps: readonly EditedArp[];
  /** Other than the planned one. */
  readonly serial?: string;
}

/** A device nobody has touched. */
export const UNTOUCHED: DeviceState = { generation: 0, configuredIn: 0, configLines: [], actor: 'netops', routes: [], arps: [] };

/** The state after an edit. */
export function edited(state: DeviceState, edit: DeviceEdit): DeviceState {
  const next = { ...state, generation: state.generation + 1 };
  switch (edit.kind) {
    case 'config':
      return { ...next, configuredIn: next.generation, actor: edit.actor, configLines: [...state.configLines, edit.line] };
    case 'route':
      return { ...next, configuredIn: next.generation, actor: edit.actor, routes: [...state.routes.filter(({ prefix }) => prefix !== edit.prefix), { prefix: edit.prefix, via: edit.via }] };
    case 'arp':
      return { ...next, arps: [...state.arps.filter(({ ip }) => ip !== edit.ip), { ip: edit.ip, mac: edit.mac }] };
    case 'serial':
      return { ...next, serial: edit.serial };
    case 'noise':
      return next;
  }
}
