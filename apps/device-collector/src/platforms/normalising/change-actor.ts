/** Who changed a configuration, in the device's words. */
export interface Actor {
  readonly user: string;
  /** When, as the device wrote it; its clock and its zone. */
  readonly at: string | null;
  /** Address the change was made from. */
  readonly from: string | null;
}

/** A line that names an actor, by the groups `user`, `at` and `from`. */
export interface ActorRule {
  readonly pattern: RegExp;
}

/** The actor of the last line that names one: logs tell the newest last, configurations tell once. */
export function readActor(text: string, rules: readonly ActorRule[]): Actor | undefined {
  let actor: Actor | undefined;
  for (const line of text.split('\n')) {
    for (const { pattern } of rules) {
      const { user, at, from } = pattern.exec(line)?.groups ?? {};
      if (user !== undefined) {
        actor = { user, at: at?.trim() ?? null, from: from ?? null };
      }
    }
  }
  return actor;
}

/** A message of the log that names who configured: Cisco's families write it alike. */
export const SYSLOG_ACTOR: ActorRule = {
  pattern: /%(?:SYS|VSHD|MGBL-SYS)-5-(?:CONFIG_I|VSHD_SYSLOG_CONFIG_I): Configured from \S+(?: by (?<user>\S+))? on \S+(?: \((?<from>[0-9a-f.:]+)\))?/,
};
