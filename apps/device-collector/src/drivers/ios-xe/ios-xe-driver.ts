import { CAPTURE_DEFAULTS, type CaptureCapability, type CaptureDeviceType } from '@capstan/contracts';
import type { CaptureDialogue, CaptureDriver, CaptureTarget, CommandPreview, DialogueContext } from '../../packet-capture/capture-driver';
import { filterMethod, routerFilter } from './acl-filter';
import { accessListCommands, bufferWish, captureCommands, GRACE_SEC } from './capture-commands';
import { IOS_XE_DEFAULTS, IosXeDialogue, type IosXeDriverOptions } from './ios-xe-dialogue';

/** Stands in previews for the name that a task gets. */
const SAMPLE_NAME = 'CSXXXXXX';

/** Embedded packet capture on routers with IOS-XE 16 and later. */
export class IosXeDriver implements CaptureDriver {
  readonly name = 'ios-xe';
  readonly deviceTypes = ['cube', 'csr1000v'] as const;
  private readonly settings: IosXeDriverOptions;

  constructor(settings: Partial<IosXeDriverOptions> = {}) {
    this.settings = { ...IOS_XE_DEFAULTS, ...settings };
  }

  capabilities(deviceType: CaptureDeviceType): CaptureCapability {
    const { port, interface: name } = CAPTURE_DEFAULTS[deviceType];
    return {
      device_type: deviceType,
      available: true,
      default_port: port,
      default_interface: name,
      modes: ['standard', 'rotating'],
      filter_fields: ['host', 'src', 'dest', 'port', 'protocol'],
      filter_protocols: ['ip', 'all', 'tcp', 'udp', 'icmp'],
      filter_nodes: ['all', 'any', 'not', 'host', 'src', 'dest', 'port', 'src_port', 'dest_port', 'protocol'],
      live_counters: ['packets_captured', 'packets_dropped', 'bytes'],
      interface_selectable: true,
      options: ['buffer_mb', 'buffer', 'packet_limit', 'direction', 'control_plane', ...(deviceType === 'cube' ? (['extras'] as const) : [])],
      remarks: [
        'Rotating is one circular buffer of at most 100 MB, stored as one file.',
        'With a filter, IPv4 only; ARP and IPv6 are captured without one. Addresses, not names.',
        'A filter of several conditions is an access list in the running configuration, removed afterwards.',
      ],
    };
  }

  preview(target: CaptureTarget): CommandPreview {
    const filter = routerFilter(target);
    // How the router sees us is known once it has been asked.
    const own = { address: '192.0.2.255', ports: [...new Set([22, target.port])] };
    const method = filterMethod(filter, own);
    const { megabytes, circular } = bufferWish(target);
    const acl = method.method === 'acl' ? `${SAMPLE_NAME}_A` : null;
    const plan = {
      driver: 'ios-xe' as const,
      task_id: '',
      name: SAMPLE_NAME,
      acl,
      file_system: 'flash:',
      file: `${SAMPLE_NAME}.pcap`,
      // Of the session, which is not known here.
      limit_sec: GRACE_SEC,
      packet_limit: target.packet_limit ?? null,
      buffer_mb: megabytes,
      circular,
    };
    const shown = (line: string): string => line.replaceAll(own.address, '<collector>').replace(`limit duration ${GRACE_SEC}`, `limit duration <duration + ${GRACE_SEC}>`);
    const lists = method.method === 'acl' ? ['configure terminal', ...accessListCommands(acl ?? '', method.lines), 'end'] : [];
    const expression = method.method === 'acl' ? method.lines.join('\n') : method.method === 'inline' ? method.match : '';
    return {
      command: [...lists, ...captureCommands(plan, target, method), `monitor capture ${SAMPLE_NAME} start`].map(shown).join('\n'),
      filterExpression: shown(expression),
      postFilter: filter.postFilter,
      dropped: filter.dropped,
    };
  }

  open(context: DialogueContext): CaptureDialogue {
    return new IosXeDialogue(context, this.settings);
  }
}
