import { AppError } from './errors';

/** For every state, the states that may follow it. A state without followers is terminal. */
export type TransitionTable<State extends string> = Readonly<Record<State, readonly State[]>>;

/** A table of allowed transitions, and the questions one asks of it. */
export interface StateMachine<State extends string> {
  readonly states: readonly State[];
  isTerminal(state: State): boolean;
  canMove(from: State, to: State): boolean;
  /** Every state from which `to` may be entered; what a conditional UPDATE puts into its WHERE. */
  sourcesOf(to: State): readonly State[];
  /** @throws AppError `ILLEGAL_TRANSITION` */
  assertMove(from: State, to: State): void;
}

/** Builds a {@link StateMachine} from its table. */
export function defineStateMachine<State extends string>(table: TransitionTable<State>): StateMachine<State> {
  const states = Object.keys(table) as State[];
  const machine: StateMachine<State> = {
    states,
    isTerminal: (state) => table[state].length === 0,
    canMove: (from, to) => table[from].includes(to),
    sourcesOf: (to) => states.filter((from) => table[from].includes(to)),
    assertMove: (from, to) => {
      if (!machine.canMove(from, to)) {
        throw new AppError('ILLEGAL_TRANSITION', `${from} cannot become ${to}`, {
          details: { from, to, allowed: table[from] },
        });
      }
    },
  };
  return machine;
}
