/** Versions whose APIs differ in what a client has to know. */
export const EXPRESSWAY_VERSIONS = ['X12', 'X14.2', 'X15'] as const;
/** One of {@link EXPRESSWAY_VERSIONS}. */
export type ExpresswayVersion = (typeof EXPRESSWAY_VERSIONS)[number];

/** How a version speaks. */
export interface ExpresswayDialect {
  readonly base: string;
  /** Whether changes are refused without the header. */
  readonly csrf: boolean;
  /** Methods of diagnosticlogging besides GET and OPTIONS. */
  readonly methods: readonly string[];
  readonly status: (running: boolean, download: 'none' | 'preparing' | 'ready') => object;
  readonly peers: (addresses: readonly string[], primary: number) => object;
}

const DOWNLOAD_WORDS = { none: 'Not ready', preparing: 'Collecting logs', ready: 'Ready to download' } as const;

const DIALECTS: Readonly<Record<ExpresswayVersion, ExpresswayDialect>> = {
  X12: {
    base: '/api/provisioning/common',
    csrf: false,
    methods: ['PUT'],
    status: (running, download) => ({ Mode: running ? 'start' : 'stop', TCPDump: 'on', DownLoadStatus: DOWNLOAD_WORDS[download] }),
    peers: (addresses, primary) => ({ Peers: addresses.length > 1 ? addresses : [], ConfigurationPrimary: primary + 1 }),
  },
  'X14.2': {
    base: '/api/v1/provisioning/common',
    csrf: true,
    methods: ['PUT'],
    status: (running, download) => ({ Status: running ? 'In progress' : 'Inactive', TCPDump: 'on', DownLoadStatus: DOWNLOAD_WORDS[download] }),
    peers: (addresses, primary) => (addresses.length > 1 ? addresses.map((address, index) => ({ Address: address, Primary: index === primary ? 'true' : 'false' })) : []),
  },
  X15: {
    base: '/api/v1/provisioning/common',
    csrf: true,
    methods: ['POST'],
    status: (running, download) => ({ DiagnosticLogging: { LoggingStatus: running ? 'Running' : 'Not running', TCPDump: 'on' }, DownLoadStatus: DOWNLOAD_WORDS[download] }),
    peers: (addresses, primary) => ({ ClusterPeers: addresses.map((address, index) => ({ PeerAddress: address, IsPrimary: index === primary, Status: 'Active' })) }),
  },
};

/** See {@link ExpresswayDialect}. */
export function dialectOf(version: ExpresswayVersion): ExpresswayDialect {
  return DIALECTS[version];
}
