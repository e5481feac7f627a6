import type { HostKeyView } from '@capstan/contracts';
import { Button, SegmentedControl, Skeleton } from '@mantine/core';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import { ConfirmDialog } from '../design/confirm-dialog';
import { CopyIcon } from '../design/copy-button';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel, Section } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import classes from './inventory.module.css';

const PER_PAGE = 50;
const ABOUT = 'A key is remembered at the first contact. When a device shows another one, nothing is sent to it until somebody trusts the new key.';

/** Identities of devices. What has changed is on top, because it blocks every login. */
export function HostKeysPage() {
  const { api, live } = useRuntime();
  const queries = useQueryClient();
  const mayTrust = useMay('devices:write');
  const [search, setSearch] = useSearchParams();
  const only = search.get('status') === 'trusted' ? 'trusted' : undefined;
  const [page, setPage] = useState(1);
  const [trusting, setTrusting] = useState<HostKeyView>();
  const [busy, setBusy] = useState(false);
  const changed = useQuery({ queryKey: ['host-keys', 'changed'], queryFn: ({ signal }) => api.call('listHostKeys', { query: { status: 'changed', per_page: 100 }, signal }) });
  const list = useQuery({ queryKey: ['host-keys', 'page', page, only], placeholderData: keepPreviousData, queryFn: ({ signal }) => api.call('listHostKeys', { query: { page, per_page: PER_PAGE, status: only }, signal }) });

  useEffect(() => {
    const reread = (): void => void queries.invalidateQueries({ queryKey: ['host-keys'] });
    const leave = [live.take('devices'), live.hear('device:host_key_changed', reread), live.onCatchUp(reread)];
    return () => leave.forEach((undo) => undo());
  }, [live, queries]);

  const trust = async (key: HostKeyView): Promise<void> => {
    setBusy(true);
    try {
      await api.call('trustHostKey', { params: { id: key.host_key_id } });
      say(`The new key of ${key.host} is trusted`);
      await queries.invalidateQueries({ queryKey: ['host-keys'] });
    } catch (error) {
      sayProblem('The key was not trusted', error);
    } finally {
      setBusy(false);
      setTrusting(undefined);
    }
  };
  const blocked = changed.data?.host_keys ?? [];
  if (changed.isPending) {
    // What has changed comes first, so nothing is shown below before that is known.
    return (
      <Page title="Host keys" description={ABOUT}>
        <Skeleton height={320} radius={8} />
      </Page>
    );
  }
  return (
    <Page title="Host keys" description={ABOUT}>
      {blocked.length === 0 ? null : (
        <Section title="Changed" aside={<span className="muted num">{blocked.length}</span>}>
          <ul className={classes['changed']}>
            {blocked.map((key) => (
              <li key={key.host_key_id} className={classes['changedKey']}>
                <div className={classes['changedHead']}>
                  <b>
                    {key.host}:{key.port}
                  </b>
                  <StatusBadge status="attention">Changed</StatusBadge>
                  <span className="muted">
                    seen <TimeText iso={key.last_seen_at} form="ago" />
                  </span>
                  {mayTrust ? (
                    <Button className={classes['trust']} variant="default" onClick={() => setTrusting(key)}>
                      Trust new key<span className="visually-hidden"> of {key.host}</span>
                    </Button>
                  ) : null}
                </div>
                <Fingerprints hostKey={key} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section
        title="All keys"
        aside={
          <SegmentedControl
            size="xs"
            aria-label="Which keys"
            data={[
              { value: 'all', label: 'All' },
              { value: 'trusted', label: 'Trusted' },
            ]}
            value={only ?? 'all'}
            onChange={(value) => {
              setPage(1);
              setSearch(value === 'all' ? {} : { status: value }, { replace: true });
            }}
          />
        }
      >
        {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
        {list.isError && list.data === undefined ? null : (
          <Panel padded={false}>
            {list.data?.host_keys.length === 0 ? (
              <Empty title="No host keys yet">The key of each device appears here at its first contact.</Empty>
            ) : (
              <DataTable
                label="Host keys"
                rows={list.data?.host_keys}
                rowKey={(row) => row.host_key_id}
                columns={[
                  { label: 'Host', cell: (row) => <b style={{ fontWeight: 500 }}>{row.port === 22 ? row.host : `${row.host}:${row.port}`}</b> },
                  { label: 'State', width: 128, cell: (row) => <StatusBadge status={row.status === 'trusted' ? 'success' : 'attention'}>{row.status === 'trusted' ? 'Trusted' : 'Changed'}</StatusBadge> },
                  { label: 'Kind', width: 64, cell: (row) => (row.kind === 'tls' ? 'TLS' : 'SSH') },
                  { label: 'Algorithm', width: 184, cell: (row) => <span className="mono">{row.algorithm}</span> },
                  {
                    label: 'Fingerprint',
                    width: 440,
                    cell: (row) => (
                      <span className={classes['fingerprint']}>
                        <span className="mono">{row.fingerprint}</span>
                        <CopyIcon value={row.fingerprint} label={`Copy fingerprint of ${row.host}`} />
                      </span>
                    ),
                  },
                  { label: 'Last seen', width: 120, cell: (row) => <TimeText iso={row.last_seen_at} form="ago" />, end: true },
                ]}
              />
            )}
          </Panel>
        )}
        {(list.data?.total ?? 0) > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={list.data?.total ?? 0} onPage={setPage} /> : null}
      </Section>
      <ConfirmDialog opened={trusting !== undefined} title="Trust the new key?" confirm="Trust this key" typed={trusting?.host} danger busy={busy} onClose={() => setTrusting(undefined)} onConfirm={() => trusting !== undefined && void trust(trusting)}>
        Do this only if you know why {trusting?.host} has a new key, for instance because it was reinstalled. Otherwise somebody may be in between, and would get the password.
        {trusting === undefined ? null : (
          <div className={classes['inDialog']}>
            <Fingerprints hostKey={trusting} />
          </div>
        )}
      </ConfirmDialog>
    </Page>
  );
}

function Fingerprints({ hostKey }: { hostKey: HostKeyView }) {
  return (
    <dl className={classes['fingerprints']}>
      <dt>Trusted before</dt>
      <dd className="mono">{hostKey.trusted_fingerprint ?? 'unknown'}</dd>
      <dt>Shown now</dt>
      <dd className="mono">
        {hostKey.fingerprint} <span className="muted">{hostKey.algorithm}</span>
      </dd>
    </dl>
  );
}
