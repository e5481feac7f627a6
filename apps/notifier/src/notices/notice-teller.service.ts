import type { Notice } from '@capstan/contracts';
import { type Clock, type IdSource } from '@capstan/kernel';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NOTIFIER_CONFIG, type NotifierConfig } from '../config';
import { Deliveries, type NewDelivery } from '../deliveries/deliveries.repository';
import { concerns, counts, see, toldAt } from '../rules/rule-decision';
import type { RuleRow } from '../rules/rule.entity';
import { Rules } from '../rules/rules.repository';

const HOUR_MS = 3_600_000;

/** Makes messages of notices, as the rules of this moment say. */
@Injectable()
export class NoticeTeller {
  /** By transaction: what is to be stored in it. */
  private readonly made = new WeakMap<EntityManager, { readonly messages: NewDelivery[]; readonly matched: Set<string> }>();

  constructor(
    private readonly rules: Rules,
    private readonly deliveries: Deliveries,
    @Inject(NOTIFIER_CONFIG) private readonly config: NotifierConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** Makes the messages and stores them. @returns whether there is something to send once the transaction is over */
  async tell(manager: EntityManager, notices: readonly Notice[]): Promise<boolean> {
    const told = await this.make(manager, notices);
    await this.store(manager);
    return told;
  }

  /** Makes the messages; {@link store} must follow in the same transaction. @returns whether there are any */
  async make(manager: EntityManager, notices: readonly Notice[]): Promise<boolean> {
    if (notices.length === 0) {
      return false;
    }
    const now = this.clock.now();
    const rules = await this.rules.about(manager, [...new Set(notices.map(({ topic }) => topic))]);
    const made = this.made.get(manager) ?? { messages: [], matched: new Set() };
    const before = made.messages.length;
    for (const notice of notices) {
      for (const row of rules) {
        if (concerns(row.rule, notice) && (await this.isTold(manager, row, notice, now))) {
          made.matched.add(row.rule_id);
          made.messages.push(...this.messagesOf(row, notice, now));
        }
      }
    }
    this.made.set(manager, made);
    return made.messages.length > before;
  }

  /** Stores what was made in this transaction, in its order. */
  async store(manager: EntityManager): Promise<void> {
    const made = this.made.get(manager);
    this.made.delete(manager);
    if (made !== undefined && made.messages.length > 0) {
      const now = this.clock.now();
      await this.deliveries.add(manager, made.messages, now);
      await this.rules.matched(manager, [...made.matched], now);
    }
  }

  private async isTold(manager: EntityManager, { rule_id: id, rule }: RuleRow, { topic, subject }: Notice, now: number): Promise<boolean> {
    if (!counts(rule)) {
      return true;
    }
    const { tell, after } = see(rule, await this.rules.sighting(manager, id, topic, subject), now);
    await this.rules.remember(manager, id, topic, subject, after);
    return tell;
  }

  private messagesOf({ rule_id: ruleId, rule }: RuleRow, notice: Notice, now: number): NewDelivery[] {
    const { at, together } = toldAt(rule, notice, now);
    return rule.channel_ids.map((channelId) => ({ deliveryId: this.ids.next(), channelId, ruleId, ruleName: rule.name, notice, dueAt: at, giveUpAt: at + this.config.CAPSTAN_DELIVERY_HOURS * HOUR_MS, together }));
  }
}
