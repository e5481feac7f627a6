import { baseSettings, objectStoreSettings, readConfig, storageSettings, vaultSettings } from '@capstan/service-kit';
import { z } from 'zod';
import { readNetworks } from './inventory/allowed-networks';

/** Settings of the camera-service. */
export const cameraSettings = {
  ...baseSettings,
  ...objectStoreSettings,
  ...storageSettings,
  ...vaultSettings,
  CAPSTAN_CAMERA_NETWORKS: z
    .string()
    .default('10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7')
    .refine((text) => readNetworks(text) !== undefined, 'must be networks such as 10.0.0.0/8, separated by commas')
    .describe('Networks in which cameras may be; addresses outside of them are refused, whatever name leads there'),
  CAPSTAN_CAMERA_DISCOVERY: z
    .string()
    .regex(/^(?:\d{1,3}\.){3}\d{1,3}:\d{1,5}$/, 'must be an IPv4 address and a port')
    .default('239.255.255.250:3702')
    .describe('Where ONVIF devices listen for the question who is there'),
  CAPSTAN_CAMERA_SLOTS: z.coerce.number().int().min(1).max(200).default(32).describe('Snapshots of sessions this replica works on at once'),
  CAPSTAN_CAMERA_DECODERS: z.coerce.number().int().min(1).max(64).default(2).describe('Pictures decoded at once; one per core is best'),
  CAPSTAN_CAMERA_LIVE_DECODERS: z.coerce.number().int().min(0).max(200).default(12).describe('Streams decoded continuously while their pictures are asked for again and again; each is a process of some 70 MB'),
  CAPSTAN_CAMERA_HOST_SESSIONS: z.coerce.number().int().min(1).max(1_000).default(32).describe('Sessions with one host and port at once, over all replicas: what a recorder with many cameras can take'),
  CAPSTAN_CAMERA_HEALTH_SEC: z.coerce.number().int().min(2).max(3_600).default(60).describe('Seconds between two looks at a camera'),
  CAPSTAN_HEALTH_DAYS: z.coerce.number().int().min(1).max(3_650).default(30).describe('Days a health sample is kept; hourly figures and events are kept ten times as long'),
  CAPSTAN_SNAPSHOT_DAYS: z.coerce.number().int().min(1).max(36_500).default(30).describe('Days a snapshot is kept'),
  CAPSTAN_SNAPSHOTS_PER_CAMERA: z.coerce.number().int().min(1).max(10_000_000).default(20_000).describe('Snapshots kept of one camera; the oldest go first'),
  CAPSTAN_SNAPSHOT_GB: z.coerce.number().min(0.001).max(1_000_000).default(50).describe('Gigabytes all snapshots may take; the oldest go first'),
  CAPSTAN_FFMPEG: z.string().min(1).default('ffmpeg').describe('Program that decodes pictures'),
} as const;

/** The camera-service's settings, as it reads them. */
export type CameraConfig = z.output<z.ZodObject<typeof cameraSettings>>;

/** Injection token of the {@link CameraConfig}. */
export const CAMERA_CONFIG = Symbol('CAMERA_CONFIG');

/**
 * Reads the environment once.
 * @throws ConfigurationError naming every wrong variable
 */
export function readCameraConfig(environment: Readonly<Record<string, string | undefined>> = process.env): CameraConfig {
  return readConfig('camera-service', cameraSettings, environment);
}
