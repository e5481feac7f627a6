import type { ApiTokenView } from '@capstan/contracts';
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmDialog } from '../design/confirm-dialog';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { TokenDialog } from './token-dialog';

const PER_PAGE = 50;

/** Keys of machines. */
export function TokensPage() {
  const { api, clock } = useRuntime();
  const queries = useQueryClient();
  const [page, setPage] = useState(1);
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<ApiTokenView>();
  const [busy, setBusy] = useState(false);
  const list = useQuery({ queryKey: ['tokens', page], placeholderData: keepPreviousData, queryFn: ({ signal }) => api.call('listTokens', { query: { page, per_page: PER_PAGE }, signal }) });
  const revoke = async (token: ApiTokenView): Promise<void> => {
    setBusy(true);
    try {
      await api.call('deleteToken', { params: { id: token.token_id } });
      say(`“${token.name}” is revoked`);
      await queries.invalidateQueries({ queryKey: ['tokens'] });
    } catch (error) {
      sayProblem('The token was not revoked', error);
    } finally {
      setBusy(false);
      setRevoking(undefined);
    }
  };
  const add = (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>
      New token
    </Button>
  );
  return (
    <Page title="API tokens" description={<>For scripts and other systems. The API is described at <a href="/api/docs">/api/docs</a>.</>} actions={add}>
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isError && list.data === undefined ? null : (
        <Panel padded={false}>
          {list.data?.tokens.length === 0 ? (
            <Empty title="No tokens yet" action={add}>
              A token lets a script do what you choose for it, without anybody&apos;s password, until it expires or is revoked.
            </Empty>
          ) : (
            <DataTable
              label="API tokens"
              rows={list.data?.tokens}
              rowKey={(row) => row.token_id}
              columns={[
                { label: 'Name', cell: (row) => <b style={{ fontWeight: 500 }}>{row.name}</b> },
                { label: 'Begins with', width: 128, cell: (row) => <span className="mono">{row.prefix}…</span> },
                { label: 'May', cell: (row) => <span className="muted">{row.permissions.join(', ')}</span> },
                { label: 'Made by', width: 128, cell: (row) => row.created_by },
                { label: 'Last used', width: 112, cell: (row) => (row.last_used_at === null ? <span className="muted">never</span> : <TimeText iso={row.last_used_at} form="ago" />) },
                { label: 'Expires', end: true, width: 168, cell: (row) => (row.expires_at === null ? <span className="muted">never</span> : Date.parse(row.expires_at) < clock.now() ? <StatusBadge status="cancelled">Expired</StatusBadge> : <TimeText iso={row.expires_at} form="minute" />) },
                {
                  label: 'Actions',
                  hiddenLabel: true,
                  end: true,
                  width: 56,
                  cell: (row) => (
                    <Tooltip label="Revoke">
                      <ActionIcon variant="subtle" color="gray" size={28} aria-label={`Revoke ${row.name}`} onClick={() => setRevoking(row)}>
                        <IconTrash size={16} aria-hidden />
                      </ActionIcon>
                    </Tooltip>
                  ),
                },
              ]}
            />
          )}
        </Panel>
      )}
      {(list.data?.total ?? 0) > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={list.data?.total ?? 0} onPage={setPage} /> : null}
      <TokenDialog opened={adding} onClose={() => setAdding(false)} />
      <ConfirmDialog opened={revoking !== undefined} title="Revoke this token?" confirm="Revoke" danger busy={busy} onClose={() => setRevoking(undefined)} onConfirm={() => revoking !== undefined && void revoke(revoking)}>
        Whatever uses “{revoking?.name}” stops working at once.
      </ConfirmDialog>
    </Page>
  );
}
