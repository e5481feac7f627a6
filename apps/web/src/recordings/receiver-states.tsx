import type { StreamView } from '@capstan/contracts';
import { DataTable } from '../design/data-table';

/** One line per receiver: how it is, what it brought, what is missing. */
export function ReceiverStates({ receivers }: { receivers: readonly StreamView[] }) {
  return (
    <DataTable
      label="Receivers"
      rows={receivers}
      rowKey={(row) => `${row.receiver_no}@${row.frequency_hz}`}
      columns={[
        { label: 'Receiver', cell: (row) => `${row.receiver_no} ${row.receiver_name}` },
        { label: 'State', cell: (row) => (row.cause === null ? row.state : `${row.state}: ${row.cause.replaceAll('_', ' ')}`) },
        { label: 'Chunks', end: true, cell: (row) => row.chunks },
        { label: 'Lost samples', end: true, cell: (row) => row.lost_samples },
        { label: 'SNR', end: true, cell: (row) => (row.snr_db === null ? '–' : `${row.snr_db.toFixed(1)} dB`) },
        { label: 'Clock', cell: (row) => row.clock_quality?.replace('_', ' ') ?? '–' },
      ]}
    />
  );
}
