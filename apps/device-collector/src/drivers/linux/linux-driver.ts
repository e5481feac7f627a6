import { CAPTURE_DEFAULTS, FILTER_NODES, type CaptureCapability } from '@capstan/contracts';
import type { CaptureDialogue, CaptureDriver, CaptureTarget, CommandPreview, DialogueContext } from '../../packet-capture/capture-driver';
import { shellQuote } from '../../ssh/shell-quote';
import { bpfExpression, withoutOwnTraffic } from '../../packet-capture/filter/bpf';
import { readFilter } from '../../packet-capture/filter/filter';
import { LINUX_DEFAULTS, LinuxDialogue, type LinuxDriverOptions } from './linux-dialogue';
import { tcpdumpWords } from './tcpdump-command';

/** Packet capture with tcpdump on Linux hosts. */
export class LinuxDriver implements CaptureDriver {
  readonly name = 'linux';
  readonly deviceTypes = ['linux'] as const;

  private readonly options: LinuxDriverOptions;

  constructor(options: Partial<LinuxDriverOptions> = {}) {
    this.options = { ...LINUX_DEFAULTS, ...options };
  }

  capabilities(): CaptureCapability {
    return {
      device_type: 'linux',
      available: true,
      default_port: CAPTURE_DEFAULTS.linux.port,
      default_interface: CAPTURE_DEFAULTS.linux.interface,
      modes: ['standard', 'rotating'],
      filter_fields: ['host', 'src', 'dest', 'port', 'protocol'],
      filter_protocols: ['ip', 'arp', 'rarp', 'all', 'tcp', 'udp', 'icmp'],
      filter_nodes: [...FILTER_NODES],
      live_counters: ['packets_captured', 'packets_received', 'packets_dropped', 'bytes', 'files'],
      interface_selectable: true,
      options: [],
      remarks: [],
    };
  }

  preview(target: CaptureTarget): CommandPreview {
    // Our own address is known once the host has been asked how it sees us.
    const expression = withoutOwnTraffic(bpfExpression(readFilter(target.filter)), { clientAddress: '<collector>', serverPort: target.port });
    const words = tcpdumpWords(target, { elevation: 'none', asRoot: true, outputFile: '<folder>/capture.pcap', expression });
    return { command: words.map(shellQuote).join(' '), filterExpression: expression, postFilter: null, dropped: [] };
  }

  open(context: DialogueContext): CaptureDialogue {
    return new LinuxDialogue(context, this.options);
  }
}
