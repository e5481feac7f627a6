/**
 * Trigrams in a plain array under a GIN index: a substring search that needs no extension, which the service's own
 * database role could not install and a managed PostgreSQL may not have.
 */
const GRAM = 3;

/** What a session is found by: its name and its targets' titles, each in a line of its own so that no match spans two. */
export function searchText(name: string, titles: readonly string[]): string {
  return [...new Set([name, ...titles])].join('\n').toLowerCase();
}

/** Every run of three characters that occurs in a text. */
export function gramsOf(text: string): string[] {
  const grams = new Set<string>();
  for (const line of text.split('\n')) {
    const characters = [...line];
    for (let index = 0; index + GRAM <= characters.length; index += 1) {
      grams.add(characters.slice(index, index + GRAM).join(''));
    }
  }
  return [...grams];
}

/** A LIKE pattern that finds the text anywhere, whatever characters it has. */
export function containsPattern(query: string): string {
  return `%${query.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
