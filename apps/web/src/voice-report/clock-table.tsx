import type { MergedInterface, VoiceReport } from '@capstan/contracts';
import { DataTable } from '../design/data-table';
import { formatCount } from '../design/format';
import { Panel, Section } from '../design/page';
import { StatusBadge, StatusIcon } from '../design/status-badge';
import { DEVICE_TYPE_LABELS } from '../live-session/device-icon';
import classes from './voice-report.module.css';

/** What went into the merged capture: every interface with its clock, every file, and what could not be used. */
export function ClockTable({ report }: { report: VoiceReport }) {
  return (
    <>
      <Section title="Devices and clocks">
        <p className={classes['hint']}>The times of every device are shifted by the offset that was measured before and after its capture. Two messages that are closer together than the sum of both uncertainties may have happened in the other order.</p>
        <Panel padded={false}>
          <DataTable
            label="Devices and clocks"
            rows={report.interfaces}
            rowKey={({ index }) => String(index)}
            columns={[
              {
                label: 'Device',
                cell: (row) => (
                  <span>
                    <b className={classes['strong']}>{row.host}</b> {row.interface}
                  </span>
                ),
              },
              { label: 'Type', width: 120, cell: (row) => DEVICE_TYPE_LABELS[row.device_type] },
              { label: 'Packets', width: 104, end: true, cell: (row) => <span className="num">{formatCount(row.packets)}</span> },
              { label: 'Clock was off by', width: 176, end: true, cell: (row) => <span className="num">{offsetOf(row)}</span> },
              { label: 'Right within', width: 136, end: true, cell: (row) => (row.clock.uncertainty_ms === null ? <StatusBadge status="attention">Not measured</StatusBadge> : <span className="num">± {row.clock.uncertainty_ms.toFixed(2)} ms</span>) },
              { label: 'Files', cell: (row) => <Files row={row} /> },
            ]}
          />
        </Panel>
      </Section>
      {report.excluded.length === 0 ? null : (
        <Section title="Not used">
          <Panel>
            <ul className={classes['findings']} aria-label="Files that were not used">
              {report.excluded.map((file) => (
                <li key={file.artifact_id} data-status="attention">
                  <StatusIcon status="attention" size={14} />
                  <span>
                    <b className={classes['strong']}>{file.name}</b>: {file.reason}
                  </span>
                </li>
              ))}
            </ul>
          </Panel>
        </Section>
      )}
    </>
  );
}

function offsetOf({ clock }: MergedInterface): string {
  switch (clock.method) {
    case 'none':
      return 'unknown, not shifted';
    case 'constant':
      return signed(clock.offset_ms);
    case 'linear':
      return `${signed(clock.offset_ms)} to ${signed(clock.offset_end_ms)}`;
  }
}

function signed(ms: number): string {
  const size = Math.abs(ms);
  const text = size >= 1_000 ? `${(size / 1_000).toFixed(3)} s` : `${size.toFixed(2)} ms`;
  return size < 0.005 ? '0 ms' : `${ms < 0 ? '−' : '+'}${text}`;
}

function Files({ row }: { row: MergedInterface }) {
  return (
    <span className={classes['files']}>
      {row.files.map((file) => (
        <span key={file.artifact_id}>
          {file.name}
          {file.repaired ? <span className="muted"> (cut behind its last whole packet)</span> : null}
        </span>
      ))}
    </span>
  );
}
