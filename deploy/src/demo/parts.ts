import { watchCameras } from './cameras';
import type { DemoPart } from './demo-part';
import { collectFleet } from './collection';
import { capturePackets } from './packet-capture';
import { recordReceivers } from './recording';
import { captureVoice } from './voice';

/** What the demo shows, in this order. */
export const DEMO_PARTS: ReadonlyArray<{ readonly title: string; readonly run: DemoPart }> = [
  { title: 'Packet capture on Linux hosts', run: capturePackets },
  { title: 'Packet capture on voice gear', run: captureVoice },
  { title: 'Collection from a fleet and a real router', run: collectFleet },
  { title: 'Recording from seven receivers', run: recordReceivers },
  { title: 'Six cameras', run: watchCameras },
];
