import type { CredentialView } from '@capstan/contracts';
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmDialog } from '../design/confirm-dialog';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { AddCredentialDialog } from './add-credential-dialog';

const PER_PAGE = 50;
const KINDS: Record<CredentialView['kind'], string> = { password: 'Password', ssh_key: 'SSH key', app_password: 'App password' };

/** Stored credentials. Their secrets go in and never come out. */
export function CredentialsPage() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('credentials:write');
  const [page, setPage] = useState(1);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<CredentialView>();
  const [busy, setBusy] = useState(false);
  const list = useQuery({ queryKey: ['credentials', 'page', page], placeholderData: keepPreviousData, queryFn: ({ signal }) => api.call('listCredentials', { query: { page, per_page: PER_PAGE }, signal }) });
  const rows = list.data?.credentials;

  const remove = async (credential: CredentialView): Promise<void> => {
    setBusy(true);
    try {
      await api.call('deleteCredential', { params: { id: credential.credential_id } });
      say(`“${credential.name}” is deleted`);
      await queries.invalidateQueries({ queryKey: ['credentials'] });
    } catch (error) {
      sayProblem(`“${credential.name}” was not deleted`, error);
    } finally {
      setBusy(false);
      setRemoving(undefined);
    }
  };
  const add = (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>
      Add credential
    </Button>
  );
  return (
    <Page title="Credentials" description="Kept encrypted by the service that logs in. Secrets can be replaced by a new credential, but never read." actions={mayWrite ? add : undefined}>
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isError && rows === undefined ? null : (
        <Panel padded={false}>
          {rows?.length === 0 ? (
            <Empty title="No credentials yet" action={mayWrite ? add : undefined}>
              A stored credential can be chosen for any device of a capture, without anybody typing its password again.
            </Empty>
          ) : (
            <DataTable
              label="Credentials"
              rows={rows}
              rowKey={(row) => row.credential_id}
              columns={[
                { label: 'Name', cell: (row) => <b style={{ fontWeight: 500 }}>{row.name}</b> },
                { label: 'User name', cell: (row) => row.username },
                { label: 'Kind', width: 128, cell: (row) => KINDS[row.kind] },
                { label: 'Holds', cell: (row) => <span className="muted">{secretsOf(row)}</span> },
                { label: 'Last used', width: 120, cell: (row) => (row.last_used_at === null ? <span className="muted">never</span> : <TimeText iso={row.last_used_at} form="ago" />) },
                { label: 'Added', width: 168, cell: (row) => <TimeText iso={row.created_at} form="minute" />, end: true },
                ...(mayWrite
                  ? [
                      {
                        label: 'Actions',
                        hiddenLabel: true,
                        end: true,
                        width: 56,
                        cell: (row: CredentialView) => (
                          <Tooltip label="Delete">
                            <ActionIcon variant="subtle" color="gray" size={28} aria-label={`Delete ${row.name}`} onClick={() => setRemoving(row)}>
                              <IconTrash size={16} aria-hidden />
                            </ActionIcon>
                          </Tooltip>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          )}
        </Panel>
      )}
      {(list.data?.total ?? 0) > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={list.data?.total ?? 0} onPage={setPage} /> : null}
      <AddCredentialDialog opened={adding} onClose={() => setAdding(false)} />
      <ConfirmDialog opened={removing !== undefined} title="Delete this credential?" confirm="Delete" danger busy={busy} onClose={() => setRemoving(undefined)} onConfirm={() => removing !== undefined && void remove(removing)}>
        “{removing?.name}” can then no longer be chosen. Captures that use it now keep it until they end.
      </ConfirmDialog>
    </Page>
  );
}

function secretsOf(row: CredentialView): string {
  return [row.has_password ? 'password' : '', row.has_private_key ? 'private key' : '', row.has_passphrase ? 'passphrase' : '', row.has_enable_secret ? 'enable secret' : ''].filter((word) => word !== '').join(', ');
}
