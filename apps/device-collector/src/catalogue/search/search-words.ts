/** Longest word that is kept; what is longer is a key or a certificate. */
const LONGEST_WORD = 64;
/** Distinct words of one part; a tsvector takes a megabyte. */
const MOST_WORDS = 30_000;
/** Characters of one part. */
const PART_CHARS = 200_000;
const WORD = /[\p{L}\p{N}](?:[\p{L}\p{N}._:/-]*[\p{L}\p{N}])?/gu;

/** A part of a text with its words. */
export interface TextPart {
  readonly linesBefore: number;
  readonly body: string;
  readonly words: readonly string[];
}

/** Cuts a text at line ends into parts that can be indexed. */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let lines: string[] = [];
  let chars = 0;
  let before = 0;
  const flush = (): void => {
    if (lines.length > 0) {
      const body = lines.join('\n');
      parts.push({ linesBefore: before, body, words: wordsOf(body) });
      before += lines.length;
      lines = [];
      chars = 0;
    }
  };
  for (const line of text.split('\n')) {
    lines.push(line);
    chars += line.length + 1;
    if (chars >= PART_CHARS) {
      flush();
    }
  }
  flush();
  return parts;
}

/**
 * The distinct words of a text in lower case. An address or the name of an interface is one word; so are its pieces
 * between `/`, `-` and `_`, so that `vlan-servers` is found by `servers`.
 */
export function wordsOf(text: string): string[] {
  const words = new Set<string>();
  for (const [word] of text.toLowerCase().matchAll(WORD)) {
    for (const piece of [word, ...(/[/_-]/.test(word) ? word.split(/[/_-]+/) : [])]) {
      if (piece !== '' && piece.length <= LONGEST_WORD) {
        words.add(piece);
      }
    }
    if (words.size >= MOST_WORDS) {
      break;
    }
  }
  return [...words];
}

/** What somebody looks for: `"kept together"`, or single words. */
export function searchTerms(query: string): string[] {
  const terms: string[] = [];
  for (const [, together, word] of query.toLowerCase().matchAll(/"([^"]+)"?|(\S+)/g)) {
    const term = (together ?? word ?? '').trim().replace(/^"|"$/g, '');
    if (term !== '') {
      terms.push(term);
    }
  }
  return [...new Set(terms)].slice(0, 10);
}

/**
 * A tsquery that finds every text with all terms, and some others: the lines decide. Each word has to begin a word of the
 * text. Null when there is no word in it at all.
 */
export function tsQuery(terms: readonly string[]): string | null {
  const words = terms.flatMap((term) => [...term.matchAll(WORD)].map(([word]) => word.slice(0, LONGEST_WORD)));
  return words.length === 0 ? null : words.map((word) => `'${word.replace(/['\\]/g, '')}':*`).join(' & ');
}

/** A line in which something was found. */
export interface FoundLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * The lines of a part with a term in them, if every term is in the part.
 * @returns undefined when one is not
 */
export function findLines({ body, linesBefore }: Pick<TextPart, 'body' | 'linesBefore'>, terms: readonly string[]): FoundLine[] | undefined {
  const lower = body.toLowerCase();
  if (!terms.every((term) => lower.includes(term))) {
    return undefined;
  }
  const found: (FoundLine & { readonly weight: number })[] = [];
  body.split('\n').forEach((text, index) => {
    const line = text.toLowerCase();
    const weight = terms.filter((term) => line.includes(term)).length;
    if (weight > 0) {
      found.push({ line: linesBefore + index + 1, text, weight });
    }
  });
  return found.sort((a, b) => b.weight - a.weight || a.line - b.line).map(({ line, text }) => ({ line, text }));
}
