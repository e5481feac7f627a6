import { SERVICES } from '@capstan/contracts';
import { processName } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { patiently } from '../scenario';
import type { Strike } from './plan';
import type { Stage } from './stage';

/** How long to wait for a process that is just being started again. */
const FIND_MS = 15_000;
/** Another program may hold the port for a moment that a wire gave up. */
const MEND_MS = 20_000;

/** Does what a plan says. */
export class Strikes {
  private readonly lasting = new Set<Promise<void>>();
  private readonly paused = new Set<number>();

  constructor(
    private readonly stage: Stage,
    private readonly replicas: number,
  ) {}

  /** Strikes. @returns the names of the processes that feel it; what lasts goes on behind this */
  async begin(strike: Strike): Promise<string[]> {
    switch (strike.kind) {
      case 'kill':
        process.kill(await this.pid(processName(strike.service, strike.replica)), 'SIGKILL');
        return [processName(strike.service, strike.replica)];
      case 'pause': {
        const pid = await this.pid(processName(strike.service, strike.replica));
        process.kill(pid, 'SIGSTOP');
        this.paused.add(pid);
        this.later(strike.lastsMs, async () => this.goOn(pid));
        return [processName(strike.service, strike.replica)];
      }
      case 'cut':
        this.stage.wire(strike.wire, strike.replica).cut();
        return this.behind(strike);
      case 'delay':
      case 'half-open': {
        const wire = this.stage.wire(strike.wire, strike.replica);
        if (strike.kind === 'delay') {
          wire.delay(strike.byMs);
        } else {
          wire.freeze();
        }
        this.later(strike.lastsMs, () => wire.restore());
        return this.behind(strike);
      }
      case 'store-away': {
        const wire = this.stage.wire('store', 0);
        await wire.refuse();
        this.later(strike.lastsMs, () => patiently('the way to the object store', MEND_MS, () => wire.restore()));
        return this.all();
      }
      case 'broker-restart':
        process.kill(await this.pid('rabbitmq'), strike.signal);
        return this.all();
      case 'database-restart':
        process.kill(await this.pid('postgres'), strike.signal);
        return this.all();
    }
  }

  /** Resolves when nothing lasts any more. */
  async over(): Promise<void> {
    await Promise.all(this.lasting);
    this.paused.forEach((pid) => this.goOn(pid));
    await this.stage.mend();
  }

  private later(ms: number, end: () => Promise<void>): void {
    const lasting: Promise<void> = systemClock.sleep(ms).then(end).finally(() => this.lasting.delete(lasting));
    this.lasting.add(lasting);
  }

  private goOn(pid: number): void {
    this.paused.delete(pid);
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // Killed meanwhile.
    }
  }

  private async pid(name: string): Promise<number> {
    return patiently(name, FIND_MS, async () => {
      const pid = this.stage.scene.stack.pids()[name];
      if (pid === undefined) {
        throw new Error('it does not run');
      }
      return pid;
    });
  }

  private behind({ wire, replica }: { readonly wire: string; readonly replica: number }): string[] {
    return wire === 'store' ? this.all() : SERVICES.map((service) => processName(service, replica));
  }

  private all(): string[] {
    return SERVICES.flatMap((service) => Array.from({ length: this.replicas }, (_, replica) => processName(service, replica)));
  }
}
