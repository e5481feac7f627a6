import { readMail } from './received-mail';

const lines = (...all: string[]): string => all.join('\r\n');

describe(readMail.name, () => {
  it('unfolds headers and finds the plain text of several parts', () => {
    const mail = readMail(
      lines('Subject: [warning] a router:', ' configuration changed', 'Content-Type: multipart/alternative;', ' boundary="--_x"', '', '----_x', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable', '', 'K=C3=B6ln: 1 line =', 'added.', '----_x', 'Content-Type: text/html', '', '<p>no</p>', '----_x--'),
    );
    expect(mail.headers.get('subject')).toBe('[warning] a router: configuration changed');
    expect(mail.text).toBe('Köln: 1 line added.');
  });

  it('takes a body without parts as it is', () => {
    expect(readMail(lines('Subject: plain', '', 'One.', 'Two.')).text).toBe('One.\r\nTwo.');
  });
});
