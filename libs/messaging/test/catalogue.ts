import { defineCommand, defineControl, defineEvent, defineProgress, defineRpc, z } from '@capstan/contracts';
import type { MessagingCatalogue } from '../src';

/** The catalogue of a small platform: an orchestrator that is ordered and asked, a collector that stores facts and takes hints. */
export const doThing = defineCommand('capture-orchestrator', 'do-thing', 'Do a thing', z.object({ value: z.int(), note: z.string().default('none') }));
export const refuseThing = defineCommand('capture-orchestrator', 'refuse-thing', 'Answers bad data itself', z.object({ value: z.int() }));
export const thingDone = defineEvent('thing.done.v1', ['capture-orchestrator'], 'A thing was done', z.object({ value: z.int() }));
export const thingUnheard = defineEvent('thing.unheard.v1', ['capture-orchestrator'], 'A fact nobody stores', z.object({ value: z.int() }));
export const askThing = defineRpc('capture-orchestrator', 'do-thing', 'Ask about a thing', {
  request: z.object({ value: z.int() }),
  response: z.object({ value: z.int() }),
  timeoutMs: 2_000,
});
export const askCollector = defineRpc('device-collector', 'look-up', 'Ask the collector', { request: z.object({}), response: z.object({}), timeoutMs: 1_000 });
export const hint = defineControl('thing.hint.v1', 'A hint', z.object({ value: z.int() }));
export const numbers = defineProgress('thing.progress.v1', 'Live numbers', z.object({ value: z.int() }));

export const testCatalogue: MessagingCatalogue = {
  services: ['gateway', 'capture-orchestrator', 'device-collector'],
  commands: [doThing, refuseThing],
  events: [thingDone, thingUnheard],
  rpcs: [askThing],
  progress: [numbers],
  controls: [hint],
  subscriptions: { 'device-collector': [thingDone.type] },
  liveEvents: [thingDone.type, thingUnheard.type],
  workers: ['device-collector'],
};
