import type { MergedInterface, VoiceStream } from '@capstan/contracts';
import { Tooltip } from '@mantine/core';
import { useMemo } from 'react';
import { formatCount } from '../design/format';
import { StatusBadge } from '../design/status-badge';
import { type VirtualColumn, VirtualTable } from '../design/virtual-table';
import { legName } from './quality';
import { Mos } from './quality-marks';
import type { ComparedStream } from './stream-groups';
import classes from './voice-report.module.css';

/** RTP streams, one row for each device that saw one. */
export function StreamTable({ label, rows, interfaces, compared }: { label: string; rows: readonly ComparedStream[]; interfaces: readonly MergedInterface[]; compared: boolean }) {
  const columns = useMemo(() => streamColumns(interfaces, compared), [interfaces, compared]);
  return <VirtualTable label={label} columns={columns} rows={rows} rowKey={({ stream }) => stream.id} />;
}

/** `cucm-1 eth0`. */
export function interfaceLabel(interfaces: readonly MergedInterface[], index: number): string {
  const found = interfaces.find((each) => each.index === index);
  return found === undefined ? `interface ${index}` : `${found.host} ${found.interface}`;
}

function streamColumns(interfaces: readonly MergedInterface[], compared: boolean): VirtualColumn<ComparedStream>[] {
  return [
    {
      id: 'seen',
      label: 'Seen at',
      width: 'minmax(120px, 1.2fr)',
      cell: ({ stream, oneWay }) => (
        <span className={classes['seen']}>
          <span className={classes['strong']}>{interfaceLabel(interfaces, stream.interface)}</span>
          <span className={classes['under']}>{stream.leg === null ? 'no call' : `leg ${legName(stream.leg)}`}</span>
          {oneWay ? <StatusBadge status="failed">One-way</StatusBadge> : null}
        </span>
      ),
    },
    {
      id: 'path',
      label: 'From and to',
      width: 'minmax(160px, 1.6fr)',
      cell: ({ stream }) => (
        <span className={classes['path']}>
          <span className="mono">
            {stream.source} → {stream.destination}
          </span>
          <span className={`mono ${classes['under']}`}>
            SSRC {stream.ssrc}, {stream.codec}
          </span>
        </span>
      ),
    },
    {
      id: 'packets',
      label: 'Packets',
      width: '88px',
      end: true,
      cell: ({ stream }) => (
        <span className="num" title={`${formatCount(stream.expected)} expected by sequence numbers, ${stream.duplicates} duplicates, ${stream.reordered} out of order`}>
          {formatCount(stream.packets)}
        </span>
      ),
    },
    {
      id: 'lost',
      label: 'Lost',
      width: '104px',
      end: true,
      cell: ({ stream }) => <span className={`num ${stream.lost > 0 ? classes['strong'] : 'muted'}`}>{stream.lost === 0 ? '0' : `${formatCount(stream.lost)} (${stream.loss_percent.toFixed(stream.loss_percent < 10 ? 2 : 1)} %)`}</span>,
    },
    {
      id: 'jitter',
      label: 'Jitter, mean / max',
      width: '128px',
      end: true,
      cell: ({ stream }) => <span className="num">{stream.mean_jitter_ms === null ? '–' : `${stream.mean_jitter_ms.toFixed(1)} / ${(stream.max_jitter_ms ?? 0).toFixed(1)} ms`}</span>,
    },
    { id: 'gap', label: 'Longest gap', width: '88px', end: true, cell: ({ stream }) => <span className="num">{gapText(stream)}</span> },
    { id: 'mos', label: 'MOS', width: '112px', cell: ({ stream }) => <Mos mos={stream.mos} rating={stream.r_factor} /> },
    ...(compared ? [{ id: 'before', label: 'On the way', width: 'minmax(128px, 1.2fr)', cell: (row: ComparedStream) => <Comparison row={row} interfaces={interfaces} /> }] : []),
  ];
}

function gapText({ max_delta_ms: gap }: VoiceStream): string {
  return gap >= 1_000 ? `${(gap / 1_000).toFixed(2)} s` : `${gap.toFixed(0)} ms`;
}

function Comparison({ row: { before, freshLoss, addedJitterMs }, interfaces }: { row: ComparedStream; interfaces: readonly MergedInterface[] }) {
  if (before === undefined) {
    return <span className="muted">first on its way</span>;
  }
  const name = interfaceLabel(interfaces, before.interface);
  if (freshLoss === undefined) {
    return (
      <Tooltip label={`Its SSRC is another than at ${name}: a device in between makes the stream anew, so what is missing there cannot be told apart`}>
        <span className="muted" tabIndex={0}>
          another stream than before
        </span>
      </Tooltip>
    );
  }
  const jitter = addedJitterMs === undefined || Math.abs(addedJitterMs) < 0.05 ? '' : `, jitter ${addedJitterMs > 0 ? '+' : '−'}${Math.abs(addedJitterMs).toFixed(1)} ms`;
  return (
    <span className={freshLoss > 0 ? classes['strong'] : 'muted'}>
      {freshLoss > 0 ? `${formatCount(freshLoss)} lost since ${name}` : freshLoss < 0 ? `${formatCount(-freshLoss)} more than at ${name}` : `none lost since ${name}`}
      {jitter}
    </span>
  );
}
