import type { Permission } from '@capstan/contracts';
import { destinations, furtherSearches, stepped } from './found';

const all = (): boolean => true;
const none = (): boolean => false;
const places = [{ to: '/', label: 'Home' }, { to: '/inventory/host-keys', label: 'Host keys', needs: 'devices:read' as const }];

describe(destinations.name, () => {
  it('finds a page by parts of its words, where it may be seen', () => {
    expect(destinations('key ho', places, all).map(({ to }) => to)).toEqual(['/inventory/host-keys']);
    expect(destinations('key', places, none)).toEqual([]);
    expect(destinations('o', places, none).map(({ label }) => label)).toEqual(['Home']);
  });

  it('finds nothing before something is typed', () => {
    expect(destinations('  ', places, all)).toEqual([]);
  });
});

describe(furtherSearches.name, () => {
  const keys = (q: string, may: (permission: Permission) => boolean = all) => furtherSearches(q, may).map(({ key }) => key);

  it.each(['10.1.2.3', '10.1.0.0/16', '00:11:22:33:44:55', '0011.2233.4455', '00-11-22', '2001:db8::1'])('knows that %s is an address', (q) => {
    expect(keys(q)).toContain('addresses');
  });

  it.each(['core-1', 'voice', 'gi1/0/1'])('takes %s for a word', (q) => {
    expect(keys(q)).toEqual(['captures', 'sessions']);
  });

  it('keeps to what may be seen, and escapes what is typed', () => {
    expect(keys('10.1.2.3', (permission) => permission === 'sessions:read')).toEqual(['sessions']);
    expect(furtherSearches('a&b=c', all)[0]?.to).toBe('/search?q=a%26b%3Dc');
  });
});

describe(stepped.name, () => {
  it('goes round', () => {
    expect([stepped(2, 1, 3), stepped(0, -1, 3), stepped(0, 1, 3), stepped(0, 1, 0)]).toEqual([0, 2, 1, 0]);
  });
});
