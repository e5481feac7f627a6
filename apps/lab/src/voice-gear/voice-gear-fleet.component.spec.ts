import { Client } from 'ssh2';
import { systemClock } from '@capstan/kernel';
import { VoiceGearFleet } from './voice-gear-fleet';

describe(VoiceGearFleet.name, () => {
  let sut: VoiceGearFleet;
  const start = async (each: number, faults: ReadonlyMap<string, readonly string[]> = new Map()): Promise<void> => {
    sut = new VoiceGearFleet({ each, faults, seed: 1 }, systemClock, () => 'made-up');
    await sut.start('127.44.7');
  };
  const logIn = (host: string, port: number, password: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const client = new Client();
      client.on('error', reject).on('ready', () => {
        client.end();
        resolve();
      });
      client.connect({ host, port, username: 'admin', password });
    });

  afterEach(() => sut.stop());

  it('tells of every device: type, version, address, account, keys', async () => {
    await start(1);
    const gear = sut.inventory();
    expect(gear.map(({ device_type: type }) => type)).toEqual(['cucm', 'cube', 'csr1000v', 'expressway']);
    expect(new Set(gear.map(({ host }) => host)).size).toBe(4);
    for (const { host, port, password, device_type: type } of gear.filter(({ device_type: each }) => each !== 'expressway')) {
      await expect(logIn(host, port, password)).resolves.toBeUndefined();
      expect(sut.counts(`lab-${type}-1`)).toMatchObject({ passwords: 1 });
    }
  });

  it('has faults from the start, and by order', async () => {
    await start(1, new Map([['lab-cucm-1', ['wrong-password']]]));
    const cucm = sut.inventory()[0]!;
    expect(cucm.faults).toMatchObject([{ name: 'wrong-password' }]);
    await expect(logIn(cucm.host, cucm.port, cucm.password)).rejects.toThrow('authentication');
    const cube = sut.inventory()[1]!;
    sut.setFault(cube.name, 'vanish', true);
    await expect(logIn(cube.host, cube.port, cube.password)).rejects.toThrow('ECONNREFUSED');
    sut.setFault(cube.name, 'vanish', false);
    await expect(logIn(cube.host, cube.port, cube.password)).resolves.toBeUndefined();
    expect(() => sut.setFault(cube.name, 'no-such', true)).toThrow('no fault no-such');
    expect(() => sut.setFault('lab-expressway-1', 'vanish', true)).toThrow('no fault vanish of an Expressway');
    expect(() => sut.setFault('lab-expressway-1', 'busy', true)).not.toThrow();
  });

  it('tells what its devices hold, a colleague’s captures among it', async () => {
    await start(1);
    sut.setFault('lab-cube-1', 'foreign-capture', true);
    sut.setFault('lab-expressway-1', 'foreign-run', true);
    expect(sut.state('lab-cube-1')).toEqual({ points: [{ name: 'COLLEAGUE', active: true }], lists: [], files: [] });
    expect(sut.state('lab-csr1000v-1')).toEqual({ points: [], lists: [], files: [] });
    expect(sut.state('lab-cucm-1')).toEqual({ captures: 0, files: [] });
    expect(sut.state('lab-expressway-1')).toEqual({ running: 'somebody' });
    sut.setFault('lab-cube-1', 'foreign-capture', false);
    expect(sut.state('lab-cube-1')).toMatchObject({ points: [] });
  });
});
