import { parseOptions } from './cli-options';

describe(parseOptions.name, () => {
  it('starts three faultless hosts by default', () => {
    expect(parseOptions([])).toMatchObject({ json: false, hosts: 3, cameras: 6, mode: 'auto', seed: 1, callsPerMin: 12 });
    expect(parseOptions([]).faults.size).toBe(0);
  });

  it('collects faults by host, from one list or several', () => {
    const { faults } = parseOptions(['--faults', '2=small-tmp,3=slow', '--faults', '2=no-tcpdump']);
    expect([...faults]).toEqual([
      [2, ['small-tmp', 'no-tcpdump']],
      [3, ['slow']],
    ]);
  });

  it.each([
    [['--hosts', '26'], '--hosts takes a whole number from 0 to 25, not 26'],
    [['--hosts', ''], '--hosts takes a whole number from 0 to 25, not nothing'],
    [['--faults', '4=slow'], '--faults takes a whole number from 1 to 3, not 4'],
    [['--faults', '1=fire'], 'not fire'],
    [['--mode', 'docker'], '--mode is namespaces, loopback or auto, not docker'],
    [['--nonsense'], 'nonsense'],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
