import { baseSettings, objectStoreSettings, readConfig, storageSettings, vaultSettings } from '@capstan/service-kit';
import { z } from 'zod';

/** Compose files hand over a variable that is not set as an empty one. */
const emptyIsUnset = (value: unknown): unknown => (value === '' ? undefined : value);

/** Settings of the device-collector. */
export const collectorSettings = {
  ...baseSettings,
  ...objectStoreSettings,
  ...storageSettings,
  ...vaultSettings,
  CAPSTAN_CAPTURE_SLOTS: z.coerce.number().int().min(1).max(2_000).default(200).describe('Captures this replica works on at once'),
  CAPSTAN_COLLECTION_LIMIT: z.coerce.number().int().min(1).max(2_000).default(150).describe('Devices that all replicas together collect from at once; stay below the slots of one replica'),
  CAPSTAN_COLLECTION_PER_SITE: z.coerce.number().int().min(1).max(2_000).default(50).describe('Devices of one site that are collected from at once'),
  CAPSTAN_COLLECTION_PER_BASTION: z.coerce.number().int().min(1).max(2_000).default(20).describe('Devices behind one jump host that are collected from at once'),
  CAPSTAN_COLLECTION_PER_CREDENTIAL: z.coerce.number().int().min(1).max(2_000).default(100).describe('Devices that are logged in to with one credential at once: its AAA servers see no more than that'),
  CAPSTAN_COLLECTION_RAMP_PER_SEC: z.coerce.number().min(1).max(1_000).default(10).describe('Devices by which the number at work may grow within a second'),
  CAPSTAN_COLLECTION_ANSWER_MB: z.coerce.number().int().min(1).max(256).default(32).describe('Megabytes one answer of a device may have'),
  CAPSTAN_CAPTURE_SILENT_SEC: z.coerce.number().int().min(30).max(86_400).default(600).describe('Seconds without a sign of life from Capstan after which a device ends its capture by itself'),
  CAPSTAN_SFTP_SINK_LISTEN: z.union([z.ipv4(), z.ipv6()]).default('0.0.0.0').describe('Address on which the SFTP sink listens while a device has to push its files'),
  CAPSTAN_SFTP_SINK_PORT: z.coerce.number().int().min(0).max(65_535).default(0).describe('Port of the SFTP sink; 0 takes a free one each time, behind a firewall or in a container name one'),
  CAPSTAN_SFTP_SINK_ADDRESS: z
    .preprocess(emptyIsUnset, z.union([z.ipv4(), z.ipv6(), z.hostname()]).optional())
    .describe('Address at which devices reach the SFTP sink; by default the one from which this machine talks to the device, which is wrong inside a container'),
  CAPSTAN_SFTP_SINK_ADVERTISED_PORT: z.preprocess(emptyIsUnset, z.coerce.number().int().min(1).max(65_535).optional()).describe('Port at which devices reach the SFTP sink, when it is mapped; by default the port it listens on'),
  CAPSTAN_ANALYSIS_SLOTS: z.coerce.number().int().min(0).max(16).default(1).describe('Sessions whose captures this replica merges and analyses at once; 0 leaves it to other replicas'),
  CAPSTAN_ANALYSIS_DIR: z.string().default('/tmp').describe('Folder for the temporary files of merging, on a disk with room for the limit below; each merge makes a folder of its own that nobody else can read'),
  CAPSTAN_ANALYSIS_SCRATCH_MB: z.coerce.number().int().min(50).max(1_000_000).default(8_192).describe('Megabytes the temporary files of one merge may take, about two and a half times the captures'),
  CAPSTAN_STORE_PATIENCE_SEC: z.coerce.number().int().min(1).max(86_400).default(900).describe('Seconds a finished capture waits for an object store that is away; after them its files stay on the device, to be collected by hand'),
  CAPSTAN_PLATFORM_DIR: z.preprocess(emptyIsUnset, z.string().optional()).describe('Folder with the operator\'s own platforms and capture types as *.json files, see docs/platforms.md'),
  CAPSTAN_CAPTURE_RAW_DAYS: z.coerce.number().int().min(1).max(3_650).default(14).describe('Days for which the texts of tables (ARP, MAC, LLDP, interfaces, routes) are kept; what they say is kept as long as the rest'),
  CAPSTAN_CAPTURE_DAYS: z.coerce.number().int().min(1).max(3_650).default(400).describe('Days for which configurations, versions, inventories, changes and the history of addresses, neighbours and routes are kept; the last twenty different texts stay, and so do approved references'),
  CAPSTAN_KEEP_FILES_HOURS: z.coerce.number().int().min(1).max(720).default(24).describe('Hours for which files that could not be collected stay on their device before they are removed'),
} as const;

/** The device-collector's settings, as it reads them. */
export type CollectorConfig = z.output<z.ZodObject<typeof collectorSettings>>;

/** Injection token of the {@link CollectorConfig}. */
export const COLLECTOR_CONFIG = Symbol('COLLECTOR_CONFIG');

/**
 * Reads the environment once.
 * @throws ConfigurationError naming every wrong variable
 */
export function readCollectorConfig(environment: Readonly<Record<string, string | undefined>> = process.env): CollectorConfig {
  return readConfig('device-collector', collectorSettings, environment);
}
