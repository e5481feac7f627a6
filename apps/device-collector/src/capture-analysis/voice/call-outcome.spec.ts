import { progressOf } from './call-outcome';
import type { DialogMessage, SipLeg } from './sip-dialogs';

const message = (at: number, what: Partial<DialogMessage>): DialogMessage => ({ at, method: undefined, status: undefined, cseqMethod: 'INVITE', direction: undefined, reason: undefined, seen: new Map([[0, at]]), ...what }) as DialogMessage;
const legOf = (...messages: DialogMessage[]): SipLeg => ({ messages, firstAt: messages[0]?.at ?? 0 }) as unknown as SipLeg;

describe(progressOf.name, () => {
  it('measures from the INVITE to the first sign of ringing', () => {
    const leg = legOf(message(1_000, { method: 'INVITE' }), message(1_003, { status: 100 }), message(1_216, { status: 180 }), message(2_000, { status: 200 }));
    expect(progressOf(leg, 9_000)).toMatchObject({ postDialDelayMs: 216, outcome: 'answered' });
  });

  it('knows no delay of a call that had begun before the capture, whose first INVITE in it is a hold', () => {
    const leg = legOf(message(1_000, { status: 180 }), message(1_500, { status: 200 }), message(2_540, { method: 'INVITE', direction: 'sendonly' }), message(5_000, { method: 'BYE', cseqMethod: 'BYE' }));
    expect(progressOf(leg, 9_000)).toMatchObject({ postDialDelayMs: null, durationMs: 3_500, outcome: 'answered' });
  });
});
