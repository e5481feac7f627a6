import type { RetentionPolicy, StorageView } from '@capstan/contracts';
import { DataTable } from '../design/data-table';
import { formatBytes, formatCount } from '../design/format';
import { Panel } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { policyText, QUOTA_STATUS, STORE_LABELS } from './store-words';
import classes from './storage.module.css';

type Store = StorageView['stores'][number];

/** Everything that is stored, with its share of the whole. */
export function StoreTable({ stores, policies }: { stores: readonly Store[] | undefined; policies: readonly RetentionPolicy[] | undefined }) {
  const total = (stores ?? []).reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  return (
    <Panel padded={false}>
      <DataTable
        label="What is stored"
        rows={stores}
        rowKey={(row) => row.store}
        skeletons={7}
        columns={[
          { label: 'What', cell: (row) => <b className={classes['name']}>{STORE_LABELS[row.store]}</b> },
          { label: 'Number', width: 96, end: true, cell: (row) => formatCount(row.items) },
          { label: 'Size', width: 184, cell: (row) => <Size store={row} total={total} /> },
          { label: 'Quota', width: 200, cell: (row) => <QuotaCell store={row} /> },
          { label: 'Oldest', width: 112, cell: (row) => (row.oldest_at === null ? <span className="muted">–</span> : <TimeText iso={row.oldest_at} form="ago" />) },
          { label: 'Held', width: 112, cell: (row) => (row.held_items === 0 ? <span className="muted">–</span> : `${formatCount(row.held_items)} · ${formatBytes(row.held_bytes)}`) },
          { label: 'Stays', cell: (row) => <Stays store={row} policies={policies} /> },
        ]}
      />
    </Panel>
  );
}

function Size({ store: { bytes }, total }: { store: Store; total: number }) {
  if (bytes === null) {
    return <span className="muted">not weighed yet</span>;
  }
  return (
    <span className={classes['size']}>
      <span className="num">{formatBytes(bytes)}</span>
      <Bar share={total === 0 ? 0 : bytes / total} />
    </span>
  );
}

function QuotaCell({ store: { bytes, quota } }: { store: Store }) {
  if (quota === null) {
    return <span className="muted">none</span>;
  }
  const share = (bytes ?? 0) / quota.bytes;
  const [status, word] = QUOTA_STATUS[quota.state];
  return (
    <span className={classes['size']}>
      <span className={classes['quota']}>
        <span className="num">
          {Math.floor(share * 100)} % of {formatBytes(quota.bytes)}
        </span>
        {quota.state === 'ok' ? null : <StatusBadge status={status}>{word}</StatusBadge>}
      </span>
      <Bar share={share} status={status} mark={quota.warn_percent / 100} />
    </span>
  );
}

/** A share as a bar; the number stands beside it, so the bar says nothing to a screen reader. */
function Bar({ share, status = 'running', mark }: { share: number; status?: string; mark?: number }) {
  return (
    <svg className={classes['bar']} data-status={status} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden>
      <rect className={classes['track']} width={100} height={4} />
      <rect className={classes['fill']} width={Math.min(100, Math.max(share > 0 ? 1 : 0, share * 100))} height={4} />
      {mark === undefined || mark > 1 ? null : <rect className={classes['mark']} x={mark * 100 - 0.5} width={1} height={4} />}
    </svg>
  );
}

function Stays({ store: { store, owner }, policies }: { store: Store; policies: readonly RetentionPolicy[] | undefined }) {
  if (owner !== 'capture-orchestrator') {
    return <span className="muted">by the settings of the {owner}</span>;
  }
  const policy = policies?.find(({ kind }) => kind === store);
  return <>{policy === undefined ? '…' : policyText(policy)}</>;
}
