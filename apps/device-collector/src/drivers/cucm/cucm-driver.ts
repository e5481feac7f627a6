import { CAPTURE_DEFAULTS, type CaptureCapability } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { CaptureDialogue, CaptureDriver, CaptureTarget, CommandPreview, DialogueContext } from '../../packet-capture/capture-driver';
import { divideFilter } from '../../packet-capture/filter/device-filter';
import { captureCommand, ONLY_INTERFACE } from './capture-command';
import { CUCM_DEFAULTS, CucmDialogue, type CucmDriverOptions } from './cucm-dialogue';
import { vosCanExpress, vosFilterWords } from './cucm-filter';

/** Fields of a target that only some device types know, and this one does. */
const OPTIONS = ['packet_limit', 'app_credential_id'] as const;

/** Packet capture on nodes with the Voice Operating System: CUCM, IM&P, Unity Connection, UCCX, Emergency Responder. */
export class CucmDriver implements CaptureDriver {
  readonly name = 'cucm';
  readonly deviceTypes = ['cucm'] as const;
  /** A node's command line captures for one at a time, and every session of it costs the node. */
  readonly exclusive = true;
  private readonly options: CucmDriverOptions;

  constructor(options: Partial<CucmDriverOptions> = {}) {
    this.options = { ...CUCM_DEFAULTS, ...options };
  }

  capabilities(): CaptureCapability {
    return {
      device_type: 'cucm',
      available: true,
      default_port: CAPTURE_DEFAULTS.cucm.port,
      default_interface: ONLY_INTERFACE,
      modes: ['standard', 'rotating'],
      filter_fields: ['host', 'src', 'dest', 'port', 'protocol'],
      filter_protocols: ['ip', 'arp', 'rarp', 'all'],
      filter_nodes: ['all', 'host', 'src', 'dest', 'port', 'protocol'],
      live_counters: ['bytes', 'files'],
      interface_selectable: false,
      options: [...OPTIONS],
      remarks: [
        'A standard capture ends at 100,000 packets at the latest.',
        'One IPv4 address or one pair of source and destination, and one port; a host condition means its IPv4 packets. ip, arp and rarp only together with host.',
        'With an application credential files are fetched over HTTPS (port 8443); without one the node pushes them to an SFTP server of ours, which it must be able to reach.',
        "The node cannot leave Capstan's own SSH traffic out of the capture.",
      ],
    };
  }

  preview(target: CaptureTarget): CommandPreview {
    if (target.interface !== ONLY_INTERFACE) {
      throw new AppError('UNSUPPORTED_OPTION', `interface: a node captures on ${ONLY_INTERFACE} only`, { details: { path: 'interface' } });
    }
    const { device, postFilter, dropped } = divideFilter(target, vosCanExpress, 'cucm');
    const words = vosFilterWords(device);
    return { command: captureCommand(target, 'capstan<task>', words), filterExpression: words, postFilter, dropped };
  }

  open(context: DialogueContext): CaptureDialogue {
    return new CucmDialogue(context, this.options);
  }
}
