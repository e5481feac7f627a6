import type { Notice } from '@capstan/contracts';
import { messageText } from './message-text';

const notice = (overrides: Partial<Notice> = {}): Notice => ({ topic: 'session.failed', severity: 'critical', subject: 's', subject_name: 'n', kinds: [], title: 'Nightly: failed', text: '0 of 3 targets completed', path: '/sessions/1', occurred_at: '2026-11-21T02:00:00.000Z', ...overrides });

describe(messageText.name, () => {
  it('says one thing in the subject, and links to it', () => {
    const { subject, text, html } = messageText([notice()], 'https://capstan.example');
    expect(subject).toBe('[critical] Nightly: failed');
    expect(text).toContain('https://capstan.example/sessions/1');
    expect(html).toContain('href="https://capstan.example/sessions/1"');
  });

  it('counts what goes together, and is as serious as the worst of it', () => {
    const { subject, text } = messageText([notice({ severity: 'info', title: 'One' }), notice({ severity: 'warning', title: 'Two' })], 'https://capstan.example');
    expect(subject).toBe('[warning] 2 things happened, the first: One');
    expect(text).toMatch(/One[\s\S]*\[warning\] Two/);
  });

  it('lets no name become markup, and no line break a header', () => {
    const { subject, html } = messageText([notice({ title: '<img src=x>\r\nBcc: everybody@example.com' })], 'https://capstan.example');
    expect(subject).not.toMatch(/[\r\n]/);
    expect(html).not.toContain('<img');
  });
});
