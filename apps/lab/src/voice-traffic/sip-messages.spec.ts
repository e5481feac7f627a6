import { parseSip, type SipMessage, sipRequest, sipResponse } from './sip-messages';

const invite = sipRequest({
  method: 'INVITE',
  uri: 'sip:1002@198.18.1.2:5060',
  via: { address: '198.18.1.1', port: 5060 },
  branch: 'z9hG4bKabc',
  from: '"Lab 1001" <sip:1001@198.18.1.1>;tag=f1',
  to: '<sip:1002@198.18.1.2>',
  callId: 'call-1@198.18.1.1',
  cseq: 1,
  contact: 'sip:1001@198.18.1.1:5060',
  sdp: 'v=0\r\ns=µ\r\n',
});

function parsed(text: string): SipMessage {
  const message = parseSip(text);
  if (!message) {
    throw new Error(`not SIP: ${text}`);
  }
  return message;
}

describe(sipRequest.name, () => {
  it('has every header RFC 3261 §8.1.1 demands, each line ended by CRLF', () => {
    const lines = invite.split('\r\n');
    expect(lines[0]).toBe('INVITE sip:1002@198.18.1.2:5060 SIP/2.0');
    for (const header of ['Via: SIP/2.0/UDP 198.18.1.1:5060;branch=z9hG4bKabc', 'Max-Forwards: 70', 'Call-ID: call-1@198.18.1.1', 'CSeq: 1 INVITE', 'To: <sip:1002@198.18.1.2>']) {
      expect(lines).toContain(header);
    }
    expect(invite.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it('counts the body in bytes, not in characters', () => {
    expect(invite).toContain('Content-Length: 11\r\n');
  });
});

describe(sipResponse.name, () => {
  it('repeats what identifies the request and adds the tag of the answering side', () => {
    const answer = parsed(sipResponse(parsed(invite), { status: 180, reason: 'Ringing', toTag: 't2' }));
    expect(answer.status).toBe(180);
    expect(answer.header('via')).toBe('SIP/2.0/UDP 198.18.1.1:5060;branch=z9hG4bKabc');
    expect(answer.header('to')).toBe('<sip:1002@198.18.1.2>;tag=t2');
    expect(answer.header('cseq')).toBe('1 INVITE');
    expect(answer.cseqMethod).toBe('INVITE');
  });

  it('does not tag a To that has a tag', () => {
    const bye = parsed(invite.replace('To: <sip:1002@198.18.1.2>', 'To: <sip:1002@198.18.1.2>;tag=t2'));
    expect(parsed(sipResponse(bye, { status: 200, reason: 'OK', toTag: 'other' })).header('to')).toBe('<sip:1002@198.18.1.2>;tag=t2');
  });
});

describe(parseSip.name, () => {
  it('gives method, body and headers of a request', () => {
    const message = parsed(invite);
    expect(message.method).toBe('INVITE');
    expect(message.status).toBeUndefined();
    expect(message.body).toBe('v=0\r\ns=µ\r\n');
    expect(message.header('CSEQ')).toBe('');
    expect(message.header('cseq')).toBe('1 INVITE');
  });

  it.each(['', 'GET / HTTP/1.1\r\nCall-ID: 1\r\n\r\n', 'SIP/2.0 200 OK\r\nVia: x\r\n\r\n', '\u0000\u0001'])('refuses %j', (text) => {
    expect(parseSip(text)).toBeUndefined();
  });
});
