import { CUCM_11_5, CUCM_12_5, CUCM_14, CUCM_15, type CucmNodeOptions } from '@capstan/lab';
import { systemClock } from '@capstan/kernel';
import { CollectorPlatform } from './collector-platform';
import { APP_ACCOUNT, CucmNodes, filesOn, NODE_ACCOUNT, steadyPackets } from './cucm-nodes';
import { capinfosCount, countMatching } from './packets';
import { eventually } from './ssh-server';

describe('a packet capture on a CUCM node', () => {
  let platform: CollectorPlatform;
  let nodes: CucmNodes;
  let appCredentialId: string;

  beforeAll(async () => {
    platform = await CollectorPlatform.open();
    await platform.startCollector('collector-1', { CAPSTAN_SFTP_SINK_LISTEN: '127.0.0.1', CAPSTAN_SFTP_SINK_ADDRESS: '127.0.0.1' });
    nodes = new CucmNodes(platform, await platform.createCredential(NODE_ACCOUNT.username, NODE_ACCOUNT.password));
    appCredentialId = await platform.createCredential(APP_ACCOUNT.username, APP_ACCOUNT.password);
  }, 120_000);

  afterAll(() => platform.close());
  afterEach(() => nodes.stop());

  it.each([
    ['12.5', CUCM_12_5],
    ['14', CUCM_14],
    ['15', CUCM_15],
  ])('§D.3, §D.1: runs on %s until it is stopped by Ctrl-C, which keeps the file, and stores what the node counted', async (_, edition) => {
    const node = await nodes.start({ edition });
    const { finished, files, task, transcript, pcaps } = await nodes.capture(node, { spec: { filter: { port: 5060 } } });
    console.log(finished.message, transcript);
    expect(finished).toMatchObject({ outcome: 'completed', capture_began: true, metrics: { files: 1 } });
    expect(platform.states(task)).toEqual(['configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting']);
    expect(capinfosCount(files[0]!)).toBe(finished.metrics?.['packets_captured']);
    expect(finished.metrics?.['packets_captured']).toBeGreaterThan(20);
    expect(countMatching(files[0]!, 'port 5060')).toBe(finished.metrics?.['packets_captured']);
    expect(pcaps[0]).toMatchObject({ name: `${node.gear.host.replaceAll('.', '.')}_eth0.pcap`, meta: { verified: true } });
    expect(filesOn(node)).toEqual([]);
    expect(node.running).toBe(0);
    expect(transcript).toContain('utils network capture eth0 file capstan');
    expect(transcript).toContain('file get activelog platform/cli/capstan');
  });
});
