import { findLines, searchTerms, textParts, tsQuery, wordsOf } from './search-words';

describe('the words of the search', () => {
  it('are addresses and names as one, and their pieces', () => {
    expect(wordsOf(' ip address 10.1.2.1/24 vlan-servers Gi1/0/1 (core_a).')).toEqual(['ip', 'address', '10.1.2.1/24', '10.1.2.1', '24', 'vlan-servers', 'vlan', 'servers', 'gi1/0/1', 'gi1', '0', '1', 'core_a', 'core', 'a']);
  });

  it('are looked for one by one, or together in quotes', () => {
    expect(searchTerms('Vlan  "ip Helper" "open')).toEqual(['vlan', 'ip helper', 'open']);
    expect(tsQuery(['ip helper', "o'brien"])).toBe("'ip':* & 'helper':* & 'o':* & 'brien':*");
    expect(tsQuery(['!!'])).toBeNull();
  });

  it('are found in lines, those with most of them first', () => {
    const [part] = textParts('interface x\n ip helper 10.0.0.1\n!\nip route');
    expect(findLines(part!, ['ip', 'helper'])).toEqual([{ line: 2, text: ' ip helper 10.0.0.1' }, { line: 4, text: 'ip route' }]);
    expect(findLines(part!, ['ip', 'missing'])).toBeUndefined();
  });

  it('keep their line numbers in texts that are cut into parts', () => {
    const parts = textParts(Array.from({ length: 40_000 }, (_, index) => `line number ${index}`).join('\n'));
    expect(parts.length).toBeGreaterThan(2);
    expect(findLines(parts.at(-1)!, ['39999'])).toEqual([{ line: 40_000, text: 'line number 39999' }]);
  });
});
