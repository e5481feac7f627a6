import type { Notice, NoticeSeverity } from '@capstan/contracts';

/** A message for people: a line, plain text, and the same in HTML. */
export interface MessageText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const MARKS: Record<NoticeSeverity, string> = { info: '', warning: '[warning] ', critical: '[critical] ' };
const COLOURS: Record<NoticeSeverity, string> = { info: '#55606d', warning: '#85570a', critical: '#b3262b' };

/** @param publicUrl address of the web app, for the links */
export function messageText(notices: readonly Notice[], publicUrl: string): MessageText {
  const [first] = notices;
  const link = ({ path }: Notice): string => new URL(path, publicUrl).href;
  const worst = notices.some(({ severity }) => severity === 'critical') ? 'critical' : notices.some(({ severity }) => severity === 'warning') ? 'warning' : 'info';
  const subject = notices.length === 1 && first !== undefined ? first.title : `${notices.length} things happened, the first: ${first?.title ?? ''}`;
  const text = notices.map((notice) => `${MARKS[notice.severity]}${notice.title}\n${notice.text}\n${notice.occurred_at}\n${link(notice)}\n`).join('\n');
  const items = notices.map(
    (notice) =>
      `<tr><td style="padding:12px 16px;border-top:1px solid #e1e5e9;border-left:3px solid ${COLOURS[notice.severity]}"><a href="${escape(link(notice))}" style="color:#171b21;font-weight:600">${escape(notice.title)}</a>` +
      `<br>${escape(notice.text)}<br><span style="color:#55606d;font-size:12px">${escape(notice.occurred_at)}</span></td></tr>`,
  );
  const html = `<!doctype html><html lang="en"><body style="font:14px/20px system-ui,sans-serif;color:#171b21"><table role="presentation" cellspacing="0" style="width:100%;max-width:640px">${items.join('')}</table></body></html>`;
  // A line break in a subject would begin another header; nodemailer folds what is long.
  return { subject: `${MARKS[worst]}${subject}`.replace(/[\p{Cc}\s]+/gu, ' ').trim(), text, html };
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
