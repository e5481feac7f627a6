import { SshGear, type SshGearOptions } from '../ssh-gear/ssh-gear.client';
import { IOS_XE_17, type RouterEdition } from './router-editions';
import { RouterLogic } from './router-logic';
import type { RouterPackets } from './router-packets';
import { routerScript } from './router-script';
import type { RouterState } from './router-state';

/** A capture point of somebody else. */
export interface ForeignCapture {
  readonly name: string;
  readonly active: boolean;
}

/** A simulated router. */
export interface IosXeRouterOptions extends SshGearOptions {
  /** Default {@link IOS_XE_17}. */
  readonly edition?: RouterEdition;
  readonly traffic: RouterPackets;
  /** Capture points that are there already. */
  readonly foreign?: readonly ForeignCapture[];
  /** Whether files can be fetched over a channel of their own. Default true. */
  readonly files?: boolean;
}

/** A router with IOS-XE whose packets can be captured. */
export interface IosXeRouter {
  readonly gear: SshGear;
  readonly state: RouterState;
}

/** Starts a router. */
export async function startIosXeRouter(options: IosXeRouterOptions): Promise<IosXeRouter> {
  const { edition = IOS_XE_17, traffic, foreign = [], files = true, ...gearOptions } = options;
  const made: { logic?: RouterLogic } = {};
  const gear = await SshGear.start(
    {
      script: routerScript(edition, { files }),
      create: (context) => {
        made.logic = new RouterLogic(context, edition, traffic);
        return made.logic;
      },
    },
    gearOptions,
  );
  const { state } = made.logic as RouterLogic;
  for (const { name, active } of foreign) {
    addForeign(state, name, active);
  }
  return { gear, state };
}

/** Name of the capture point that {@link startForeignCapture} makes. */
const COLLEAGUE = 'COLLEAGUE';

/** A colleague begins to capture on the router. */
export function startForeignCapture({ state }: IosXeRouter): void {
  addForeign(state, COLLEAGUE, true);
}

/** The colleague has what he wanted, and cleans up. */
export function endForeignCapture({ state }: IosXeRouter): void {
  state.points.delete(COLLEAGUE);
}

function addForeign(state: RouterState, name: string, active: boolean): void {
  const point = state.point(name);
  point.interfaces = [{ name: 'GigabitEthernet1', direction: 'both' }];
  point.match = 'any';
  if (active) {
    state.start(point);
  }
}
