import type { VoiceCall } from '@capstan/contracts';
import { addressOf, type SipLeg } from './sip-dialogs';

/** How a leg was found to belong to a call. */
export type Evidence = VoiceCall['legs'][number]['correlated_by'];

/** A call: its legs in the order in which the INVITE passed them. */
export interface CorrelatedCall {
  readonly legs: ReadonlyArray<{ readonly leg: SipLeg; readonly evidence: Evidence }>;
}

/** An INVITE answered later than this by the next hop is another call (RFC 3261 §17.1.1.2, timer B). */
const LONGEST_HOP_MS = 32_000;
/** Numbers alone prove little: only the next hop's immediate INVITE counts. */
const QUICK_HOP_MS = 4_000;
/** Digits at the end that survive the translations of dial plans. */
const SUFFIX = 4;

interface Member {
  readonly leg: SipLeg;
  readonly evidence: Evidence;
  readonly call: number;
}

/**
 * Puts legs together that are one call across back-to-back user agents, whose dialogs share no Call-ID. In this order of
 * trust: the same Session-ID (RFC 7989); a header that gear passes on (Cisco-Guid and the like); a session description
 * that offers the same media address (a hop that signals only); the same numbers, where one hop got an INVITE and the
 * same place sent one on at once.
 * @param toleranceMs by how much a later leg may seem earlier, because clocks are not exact
 */
export function correlateCalls(legs: readonly SipLeg[], toleranceMs: number): CorrelatedCall[] {
  const members: Member[] = [];
  const bySession = new Map<string, Member>();
  const byHeader = new Map<string, Member>();
  const byMedia = new Map<string, Member>();
  const byNumber = new Map<string, Member[]>();
  const continued = new Set<Member>();
  let calls = 0;

  for (const leg of [...legs].sort((a, b) => a.firstAt - b.firstAt)) {
    const near = (member: Member | undefined): member is Member =>
      member !== undefined && leg.firstAt - member.leg.firstAt <= LONGEST_HOP_MS && leg.firstAt <= member.leg.lastAt + toleranceMs;
    const strong = find(leg.sessionIds, bySession, near, 'session-id') ?? find(leg.passedOn, byHeader, near, 'header') ?? find(leg.media.caller, byMedia, near, 'media-address');
    const weak = strong === undefined ? byNumbers(leg, byNumber.get(suffix(leg.toUser)) ?? [], continued, toleranceMs) : undefined;
    const found = strong ?? (weak === undefined ? undefined : { member: weak, evidence: 'numbers-and-time' as const });
    const member: Member = { leg, evidence: found?.evidence ?? 'first', call: found?.member.call ?? calls };
    if (found === undefined) {
      calls += 1;
    } else {
      continued.add(found.member);
    }
    members.push(member);
    leg.sessionIds.forEach((id) => bySession.set(id, member));
    leg.passedOn.forEach((value) => byHeader.set(value, member));
    leg.media.caller.forEach((endpoint) => byMedia.set(endpoint, member));
    const sameNumber = (byNumber.get(suffix(leg.toUser)) ?? []).filter((other) => leg.firstAt - other.leg.firstAt <= QUICK_HOP_MS);
    byNumber.set(suffix(leg.toUser), [...sameNumber, member]);
  }

  const grouped = new Map<number, Member[]>();
  members.forEach((member) => grouped.set(member.call, [...(grouped.get(member.call) ?? []), member]));
  return [...grouped.values()].map((group) => ({ legs: inOrder(group).map(({ leg, evidence }, index) => ({ leg, evidence: index === 0 ? 'first' : evidence === 'first' ? otherEvidence(group) : evidence })) }));
}

/** The leg that came first by the clock may turn out to be a later one: then what bound the others binds it too. */
function otherEvidence(group: readonly Member[]): Evidence {
  return group.find(({ evidence }) => evidence !== 'first')?.evidence ?? 'first';
}

function find(values: Iterable<string>, index: ReadonlyMap<string, Member>, near: (member: Member | undefined) => member is Member, evidence: Evidence): { member: Member; evidence: Evidence } | undefined {
  for (const value of values) {
    const member = index.get(value);
    if (near(member)) {
      return { member, evidence };
    }
  }
  return undefined;
}

function byNumbers(leg: SipLeg, candidates: readonly Member[], continued: ReadonlySet<Member>, toleranceMs: number): Member | undefined {
  return candidates
    .filter((member) => {
      const elapsed = Math.abs(leg.firstAt - member.leg.firstAt);
      const sameCaller = suffix(leg.fromUser) === suffix(member.leg.fromUser);
      return !continued.has(member) && elapsed <= QUICK_HOP_MS + toleranceMs && sameCaller && suffix(leg.toUser) !== '' && passesOn(member.leg, leg);
    })
    .sort((a, b) => leg.firstAt - a.leg.firstAt - (leg.firstAt - b.leg.firstAt))[0];
}

/** Whether one leg ends where the other begins: at the same address, or at a device that saw both. */
function passesOn(one: SipLeg, other: SipLeg): boolean {
  const meets = addressOf(one.destination) === addressOf(other.source) || addressOf(other.destination) === addressOf(one.source);
  return meets || [...one.interfaces].some((index) => other.interfaces.has(index));
}

/** By time, except where addresses say otherwise: a leg that begins where another ends comes behind it. */
function inOrder(group: readonly Member[]): Member[] {
  const ordered = [...group].sort((a, b) => a.leg.firstAt - b.leg.firstAt);
  for (let moved = 0; moved < ordered.length; ) {
    const at = ordered.findIndex((member, index) => ordered.slice(index + 1).some((later) => addressOf(later.leg.destination) === addressOf(member.leg.source)));
    if (at < 0) {
      return ordered;
    }
    const behind = ordered.findIndex((later, index) => index > at && addressOf(later.leg.destination) === addressOf((ordered[at] as Member).leg.source));
    ordered.splice(at, 0, ...ordered.splice(behind, 1));
    // Legs in a ring (a call that comes back to where it was) have no order but time.
    moved += 1;
  }
  return ordered;
}

function suffix(user: string): string {
  const digits = user.replace(/\D/g, '');
  return digits.length >= SUFFIX ? digits.slice(-SUFFIX) : user.toLowerCase();
}
