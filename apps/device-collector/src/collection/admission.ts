/** A device of a collection that waits for its turn, or has it. */
export interface Candidate {
  readonly taskId: string;
  readonly sessionId: string;
  readonly deviceId: string;
  readonly site: string | null;
  /** First host on the way; null where there is none. */
  readonly bastion: string | null;
  readonly credentialId: string | null;
  /** Devices of its session at work at once. */
  readonly maxWorkers: number;
}

/** How many devices may be at work at once, over all replicas. */
export interface AdmissionLimits {
  readonly all: number;
  readonly perSite: number;
  readonly perBastion: number;
  readonly perCredential: number;
  /** Devices in a row that may refuse a credential. */
  readonly refusals: number;
  /** Devices by which the number at work may grow within a second. */
  readonly rampPerSec: number;
}

/** What devices have said of a credential lately. */
export interface CredentialStanding {
  /** One has accepted it. */
  readonly proven: boolean;
  /** Devices in a row that have refused it. */
  readonly refused: number;
  /** No device is asked with it now: who begins with it ends at once. */
  readonly suspended: boolean;
}

const UNTRIED: CredentialStanding = { proven: false, refused: 0, suspended: false };

/** How far the number of devices at work may have grown, and when that was reckoned. */
export interface Ramp {
  readonly ceiling: number;
  /** Unix milliseconds. */
  readonly at: number;
}

/**
 * The ceiling now: it rises by the ramp, and falls to a little above what is at work. A device that is done is thus
 * replaced at once, while a large collection begins slowly.
 */
export function rampAt(ramp: Ramp, running: number, now: number, { rampPerSec, all }: Pick<AdmissionLimits, 'rampPerSec' | 'all'>): Ramp {
  const grown = ramp.ceiling + (rampPerSec * Math.max(0, now - ramp.at)) / 1_000;
  return { ceiling: Math.min(all, Math.max(running, Math.min(grown, running + rampPerSec))), at: now };
}

/**
 * Which of those that wait may begin now. Sessions take turns, the one with the fewest at work first; within a session the
 * order stays, except that who is held up by a limit of his own holds up nobody else. A device is never at work twice.
 * @param ceiling devices at work altogether, see {@link rampAt}
 * @param standings by credential; one that is missing was never tried
 */
export function admit(waiting: readonly Candidate[], running: readonly Candidate[], limits: AdmissionLimits, ceiling: number, standings: ReadonlyMap<string, CredentialStanding>): readonly string[] {
  const use = new Usage(running);
  const queues = new Map<string, Candidate[]>();
  for (const candidate of waiting) {
    queues.set(candidate.sessionId, [...(queues.get(candidate.sessionId) ?? []), candidate]);
  }
  const admitted: string[] = [];
  let free = Math.floor(Math.min(ceiling, limits.all)) - running.length;
  while (free > 0 && queues.size > 0) {
    const [sessionId, queue] = fewest(queues, use);
    const place = queue.findIndex((candidate) => use.allows(candidate, limits, standings));
    const [next] = place === -1 ? [] : queue.splice(place, 1);
    if (next === undefined) {
      queues.delete(sessionId);
      continue;
    }
    use.add(next);
    admitted.push(next.taskId);
    free -= 1;
  }
  return admitted;
}

/**
 * Devices that may be asked with a credential at the same moment. One that nobody has accepted lately goes to no more than
 * could all refuse it, so that a wrong one never locks more accounts than that; after a suspension one device tries it.
 */
function atOnce({ proven, refused, suspended }: CredentialStanding, { perCredential, refusals }: AdmissionLimits): number {
  return proven || suspended ? perCredential : Math.min(perCredential, Math.max(1, refusals - refused));
}

function fewest(queues: ReadonlyMap<string, Candidate[]>, use: Usage): [string, Candidate[]] {
  const [first, ...others] = [...queues];
  return others.reduce((best, entry) => (use.of('session', entry[0]) < use.of('session', best[0]) ? entry : best), first ?? ['', []]);
}

type Scope = 'session' | 'device' | 'site' | 'bastion' | 'credential';

/** Who uses how much of what. */
class Usage {
  private readonly counts = new Map<string, number>();

  constructor(running: readonly Candidate[]) {
    running.forEach((candidate) => this.add(candidate));
  }

  of(scope: Scope, name: string | null): number {
    return name === null ? 0 : (this.counts.get(`${scope} ${name}`) ?? 0);
  }

  add({ sessionId, deviceId, site, bastion, credentialId }: Candidate): void {
    for (const [scope, name] of [['session', sessionId], ['device', deviceId], ['site', site], ['bastion', bastion], ['credential', credentialId]] as const) {
      if (name !== null) {
        this.counts.set(`${scope} ${name}`, this.of(scope, name) + 1);
      }
    }
  }

  allows({ sessionId, deviceId, site, bastion, credentialId, maxWorkers }: Candidate, limits: AdmissionLimits, standings: ReadonlyMap<string, CredentialStanding>): boolean {
    const standing = credentialId === null ? undefined : (standings.get(credentialId) ?? UNTRIED);
    return (
      this.of('session', sessionId) < maxWorkers &&
      this.of('device', deviceId) < 1 &&
      this.of('site', site) < limits.perSite &&
      this.of('bastion', bastion) < limits.perBastion &&
      this.of('credential', credentialId) < (standing === undefined ? limits.perCredential : atOnce(standing, limits))
    );
  }
}
