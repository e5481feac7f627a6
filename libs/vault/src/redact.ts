import { Secret } from './secret';

const MASK = '********';

/** Shorter pieces of an encoding would be found in ordinary text. */
const MIN_ENCODED_LENGTH = 6;

/** Upper and lower case of percent escapes, because both are in use. */
function percentForms(text: string): string[] {
  // Lone surrogates cannot be percent-encoded; nobody can have sent them that way either.
  const wellFormed = text.replace(/\p{Surrogate}/gu, '\ufffd');
  const component = encodeURIComponent(wellFormed);
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  // RFC 3986 leaves the tilde as it is, the form encoding of browsers does not.
  const forms = [component, strict, encodeURI(wellFormed), ...[strict, strict.replace(/~/g, '%7E')].map((each) => each.replace(/%20/g, '+'))];
  return [...forms, ...forms.map((text) => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()))];
}

function unicodeEscaped(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** JSON, JSON with `\/`, ASCII-only JSON, and JSON inside JSON. */
function jsonForms(text: string): string[] {
  const inner = (value: string): string => JSON.stringify(value).slice(1, -1);
  const once = inner(text);
  const forms = [once, once.replaceAll('/', '\\/'), unicodeEscaped(once)];
  return [...forms, ...forms.map(inner)];
}

/** Inside single quotes, inside double quotes, and with backslashes. */
function shellForms(text: string): string[] {
  return [
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replace(/["$`\\]/g, '\\$&'),
    text.replace(/["$`\\!]/g, '\\$&'),
    text.replace(/[^A-Za-z0-9_@%+=:,./-]/g, '\\$&'),
  ];
}

function xmlForms(text: string): string[] {
  const body = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [body, body.replaceAll('"', '&quot;'), body.replaceAll('"', '&quot;').replaceAll("'", '&apos;'), body.replaceAll('"', '&quot;').replaceAll("'", '&#39;')];
}

/**
 * Base64 of the text alone, and of the text at each of the three alignments it can have inside something longer, as in
 * `Authorization: Basic base64(user:password)`. An alignment yields the characters that depend on the text alone.
 */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  const alone = bytes.toString('base64');
  const forms = [alone, alone.replace(/=+$/, '')];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').replace(/=+$/, '');
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    forms.push(encoded.slice(first, last));
  }
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

function hexForms(text: string): string[] {
  const hex = Buffer.from(text).toString('hex');
  return [hex, hex.toUpperCase()];
}

function formsOf(secret: string): string[] {
  const encoded = [...base64Forms(secret), ...hexForms(secret)].filter((form) => form.length >= MIN_ENCODED_LENGTH);
  return [secret, ...percentForms(secret), ...jsonForms(secret), ...shellForms(secret), ...xmlForms(secret), ...encoded];
}

/** Every place where one of the forms stands, overlapping ones included, joined where they touch. */
function findAll(text: string, forms: ReadonlySet<string>): Array<{ start: number; end: number }> {
  const found: Array<{ start: number; end: number }> = [];
  for (const form of forms) {
    for (let start = text.indexOf(form); start !== -1; start = text.indexOf(form, start + 1)) {
      found.push({ start, end: start + form.length });
    }
  }
  found.sort((left, right) => left.start - right.start || left.end - right.end);
  const joined: Array<{ start: number; end: number }> = [];
  for (const place of found) {
    const previous = joined.at(-1);
    if (previous !== undefined && place.start <= previous.end) {
      previous.end = Math.max(previous.end, place.end);
    } else {
      joined.push(place);
    }
  }
  return joined;
}

/**
 * `text` with every occurrence of every secret replaced by `********`, however it was written down: plain, URL-encoded,
 * JSON-escaped, shell-quoted, XML-escaped, in hex, in base64 also as a part of something longer. For transcripts, before
 * they are stored or shown. Finds a secret only in one piece: redact whole texts, not chunks of them.
 */
export function redact(text: string, secrets: ReadonlyArray<Secret | string>): string {
  const forms = new Set(secrets.flatMap((secret) => formsOf(secret instanceof Secret ? secret.reveal() : secret)));
  forms.delete('');
  let redacted = '';
  let position = 0;
  for (const { start, end } of findAll(text, forms)) {
    redacted += text.slice(position, start) + MASK;
    position = end;
  }
  return redacted + text.slice(position);
}
