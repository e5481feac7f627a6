import type { InventoryRow, VersionRow } from '@capstan/contracts';
import { verdictOfInventory, verdictOfText, verdictOfVersion } from './change-verdict';
import { compareRows } from './row-changes';
import { diffTexts } from './text-diff';

const version = (more: Partial<VersionRow>): VersionRow => ({ vendor: 'Cisco', os: 'IOS', os_version: '15.1', model: 'X', hostname: 'a', serials: ['S1'], hardware: [], image_file: null, uptime_sec: 1, boot_reason: 'power-on', base_mac: null, memory_kb: null, ...more });
const part = (name: string, serial: string | null): InventoryRow => ({ name, description: null, pid: 'P', vid: null, serial, slot: null, kind: 'module', parent: null });

describe('the verdict of a change', () => {
  it('of a configuration is critical with more than fifty lines', () => {
    const lines = (count: number): string => Array.from({ length: count }, (_, index) => `vlan ${index}`).join('\n');
    expect([50, 51].map((count) => verdictOfText(diffTexts('', lines(count))).severity)).toEqual(['moderate', 'critical']);
  });

  it('of a version is critical, of a mere restart minor', () => {
    const of = (more: Partial<VersionRow>) => verdictOfVersion(compareRows('version', [version({})], [version(more)]));
    expect(of({ os_version: '15.2' })).toEqual({ severity: 'critical', summary: ['os_version 15.1 → 15.2'] });
    expect(of({ boot_reason: 'reload' }).severity).toBe('minor');
    expect(compareRows('version', [version({})], [version({ uptime_sec: 9_999 })])).toEqual({ added: [], removed: [], modified: [] });
  });

  it('of an inventory names the parts, each as often as it is there', () => {
    const changes = compareRows('inventory', [part('PSU 1', 'A'), part('Fan', null), part('Fan', null)], [part('PSU 1', 'B'), part('Fan', null)]);
    expect(verdictOfInventory(changes)).toEqual({ severity: 'minor', summary: ['− Fan P', '− PSU 1 P A', '+ PSU 1 P B'] });
    const many = Array.from({ length: 6 }, (_, index) => part(`slot ${index}`, null));
    expect(verdictOfInventory(compareRows('inventory', [], many)).severity).toBe('moderate');
  });
});
