import type { SystemView } from '@capstan/contracts';
import { DataTable } from '../design/data-table';
import { formatBytes, formatCount, formatDuration, formatMilliseconds } from '../design/format';
import { Panel, Section } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { waitingQueues } from './service-text';

/** Every process of every service, with what it carries. */
export function ReplicasPanel({ replicas }: { replicas: SystemView['replicas'] | undefined }) {
  return (
    <Section title="Processes">
      <Panel padded={false}>
        <DataTable
          label="Processes"
          rows={replicas}
          rowKey={(row) => row.instance}
          columns={[
            { label: 'Service', width: 168, cell: (row) => <b style={{ fontWeight: 500 }}>{row.service}</b> },
            { label: 'Process', cell: (row) => <span className="mono">{row.instance}</span> },
            { label: 'State', width: 112, cell: (row) => (row.ready ? <StatusBadge status="success">Ready</StatusBadge> : <StatusBadge status="failed">Not ready</StatusBadge>) },
            { label: 'Version', width: 80, cell: (row) => row.version },
            { label: 'Up', end: true, width: 88, cell: (row) => <span className="num">{formatDuration(row.uptime_sec)}</span> },
            { label: 'Processor', end: true, width: 96, cell: (row) => <span className="num">{(100 * row.load.cpu_cores).toFixed(0)} %</span> },
            { label: 'Memory', end: true, width: 96, cell: (row) => <span className="num">{formatBytes(row.load.memory_bytes)}</span> },
            { label: 'Event loop', end: true, width: 96, cell: (row) => <span className="num">{formatMilliseconds(row.load.event_loop_ms)}</span> },
          ]}
        />
      </Panel>
    </Section>
  );
}

/** What waits in the durable queues, as the processes last saw it. */
export function QueuesPanel({ replicas }: { replicas: SystemView['replicas'] | undefined }) {
  return (
    <Section title="Queues">
      <Panel padded={false}>
        <DataTable
          label="Queues"
          rows={replicas === undefined ? undefined : waitingQueues(replicas)}
          rowKey={(row) => row.queue}
          columns={[
            { label: 'Queue', cell: (row) => <span className="mono">{row.queue}</span> },
            { label: 'Messages waiting', end: true, width: 160, cell: (row) => <span className="num">{formatCount(row.messages)}</span> },
          ]}
        />
      </Panel>
    </Section>
  );
}
