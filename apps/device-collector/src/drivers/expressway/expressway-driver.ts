import { CAPTURE_DEFAULTS, type CaptureCapability } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { CaptureDialogue, CaptureDriver, CaptureTarget, CommandPreview, DialogueContext } from '../../packet-capture/capture-driver';
import { divideFilter, EXPRESSES_NOTHING } from '../../packet-capture/filter/device-filter';
import { ExpresswayDialogue, type ExpresswayOptions } from './expressway-dialogue';
import { BASE_PATHS } from './expressway-plan';
import { ARCHIVE_BOUNDS } from './peer-archives';

const DEFAULTS: ExpresswayOptions = { ...ARCHIVE_BOUNDS, pollMs: 5_000 };

/** Packet capture by the diagnostic logging of Expressway: every network card of every peer, without a filter of its own. */
export class ExpresswayDriver implements CaptureDriver {
  readonly name = 'expressway';
  readonly deviceTypes = ['expressway'] as const;
  /** There is one diagnostic run on a cluster, for everybody. */
  readonly exclusive = true;

  private readonly options: ExpresswayOptions;

  constructor(options: Partial<ExpresswayOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
  }

  capabilities(): CaptureCapability {
    return {
      device_type: 'expressway',
      available: true,
      default_port: CAPTURE_DEFAULTS.expressway.port,
      default_interface: CAPTURE_DEFAULTS.expressway.interface,
      modes: ['standard'],
      filter_fields: [],
      filter_protocols: [],
      filter_nodes: [],
      live_counters: [],
      interface_selectable: false,
      options: ['takeover', 'tls_fingerprint'],
      remarks: [
        'Captures every network card of every peer of the cluster, one file each.',
        'Has no filter of its own; with on_unsupported post_filter a filtered copy is made afterwards.',
        'Keeps only the newest tens of megabytes of a card.',
      ],
    };
  }

  preview(target: CaptureTarget): CommandPreview {
    if (target.interface !== CAPTURE_DEFAULTS.expressway.interface && target.interface !== 'any') {
      throw new AppError('UNSUPPORTED_INTERFACE', 'Expressway captures all of its network cards; leave the interface out', { details: { path: 'interface' } });
    }
    const { postFilter, dropped } = divideFilter(target, EXPRESSES_NOTHING, 'expressway');
    return {
      command: `PUT https://${target.host}${target.port === 443 ? '' : `:${target.port}`}${BASE_PATHS[0]}/diagnosticlogging {"Mode":"start","TCPDump":"on"}`,
      filterExpression: '',
      postFilter,
      dropped,
    };
  }

  open(context: DialogueContext): CaptureDialogue {
    return new ExpresswayDialogue(context, this.options);
  }
}
