import { watchCameras } from './cameras';
import type { BegunPart, DemoPart } from './demo-part';
import { collectFleet } from './collection';
import { capturePackets } from './packet-capture';
import { recordReceivers } from './recording';
import { previewRetention } from './retention';
import { collectBySchedule } from './schedules';
import { captureVoice } from './voice';

/** A part of the demo, with its title. */
export type TitledPart = { readonly title: string } & ({ readonly run: DemoPart } | { readonly begin: BegunPart });

/** What the demo shows, in this order. */
export const DEMO_PARTS: readonly TitledPart[] = [
  { title: 'Packet capture on Linux hosts', run: capturePackets },
  { title: 'Packet capture on voice gear', run: captureVoice },
  { title: 'Collection from a fleet and a real router', run: collectFleet },
  { title: 'Recording from seven receivers', run: recordReceivers },
  { title: 'Six cameras', run: watchCameras },
  { title: 'Schedules and notifications', begin: collectBySchedule },
  { title: 'Retention, as a preview', run: previewRetention },
];
