import type { Role, UserView } from '@capstan/contracts';
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmDialog } from '../design/confirm-dialog';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useRuntime, useUser } from '../runtime';
import { Pager } from '../session-list/pager';
import { ResetPasswordDialog } from './reset-password-dialog';
import { ROLE_LABELS, ROLE_NAMES } from './roles';
import { UserDialog } from './user-dialog';

const PER_PAGE = 50;
type Asked = { readonly what: 'delete' | 'edit' | 'password'; readonly user: UserView };

/** Who may sign in, and as what. */
export function UsersPage() {
  const { api } = useRuntime();
  const me = useUser();
  const queries = useQueryClient();
  const [page, setPage] = useState(1);
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const [busy, setBusy] = useState(false);
  const list = useQuery({ queryKey: ['users', page], placeholderData: keepPreviousData, queryFn: ({ signal }) => api.call('listUsers', { query: { page, per_page: PER_PAGE }, signal }) });

  const run = async (title: string, work: () => Promise<unknown>, done: string): Promise<void> => {
    setBusy(true);
    try {
      await work();
      say(done);
      await queries.invalidateQueries({ queryKey: ['users'] });
    } catch (error) {
      sayProblem(title, error);
    } finally {
      setBusy(false);
      setAsked(undefined);
    }
  };
  const setDisabled = (user: UserView, disabled: boolean): Promise<void> =>
    run(`${user.display_name} was not changed`, () => api.call('updateUser', { params: { id: user.user_id }, body: { disabled } }), `${user.display_name} may ${disabled ? 'no longer' : 'again'} sign in`);
  const setRole = (user: UserView, role: Role): Promise<void> => run(`${user.display_name} was not changed`, () => api.call('updateUser', { params: { id: user.user_id }, body: { role } }), `${user.display_name} is ${ROLE_LABELS[role].toLowerCase()} now`);
  return (
    <Page
      title="Users"
      description="Viewers see sessions, operators run and download them, administrators manage everything."
      actions={
        <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>
          Add user
        </Button>
      }
    >
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isError && list.data === undefined ? null : (
        <Panel padded={false}>
          {list.data?.users.length === 0 ? (
            <Empty title="No users">Everybody who signs in is listed here.</Empty>
          ) : (
            <DataTable
              label="Users"
              rows={list.data?.users}
              rowKey={(row) => row.user_id}
              columns={[
                {
                  label: 'Name',
                  cell: (row) => (
                    <>
                      <b style={{ fontWeight: 500 }}>{row.display_name}</b> {row.user_id === me.user_id ? <span className="muted">(you)</span> : null}
                    </>
                  ),
                },
                { label: 'User name', cell: (row) => row.username },
                { label: 'Role', width: 136, cell: (row) => ROLE_LABELS[row.role] },
                { label: 'State', width: 176, cell: (row) => (row.disabled ? <StatusBadge status="cancelled">Disabled</StatusBadge> : row.must_change_password ? <StatusBadge status="pending">One-time password</StatusBadge> : <StatusBadge status="success">Active</StatusBadge>) },
                { label: 'Last sign-in', width: 128, cell: (row) => (row.last_sign_in_at === null ? <span className="muted">never</span> : <TimeText iso={row.last_sign_in_at} form="ago" />) },
                { label: 'Added', width: 168, cell: (row) => <TimeText iso={row.created_at} form="minute" />, end: true },
                {
                  label: 'Actions',
                  hiddenLabel: true,
                  end: true,
                  width: 56,
                  cell: (row) => (
                    <Menu position="bottom-end" width={208}>
                      <Menu.Target>
                        <ActionIcon variant="subtle" color="gray" size={28} aria-label={`Actions for ${row.display_name}`}>
                          <IconDots size={16} aria-hidden />
                        </ActionIcon>
                      </Menu.Target>
                      <Menu.Dropdown>
                        <Menu.Label>Role</Menu.Label>
                        {ROLE_NAMES.map((role) => (
                          <Menu.Item key={role} role="menuitemradio" aria-checked={row.role === role} disabled={row.role === role} onClick={() => void setRole(row, role)}>
                            {ROLE_LABELS[role]}
                          </Menu.Item>
                        ))}
                        <Menu.Divider />
                        <Menu.Item onClick={() => setAsked({ what: 'password', user: row })}>Set a one-time password</Menu.Item>
                        <Menu.Item onClick={() => void setDisabled(row, !row.disabled)}>{row.disabled ? 'Let sign in again' : 'Disable'}</Menu.Item>
                        <Menu.Item color="red" onClick={() => setAsked({ what: 'delete', user: row })}>
                          Delete
                        </Menu.Item>
                      </Menu.Dropdown>
                    </Menu>
                  ),
                },
              ]}
            />
          )}
        </Panel>
      )}
      {(list.data?.total ?? 0) > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={list.data?.total ?? 0} onPage={setPage} /> : null}
      <UserDialog opened={adding} onClose={() => setAdding(false)} />
      <ResetPasswordDialog user={asked?.what === 'password' ? asked.user : undefined} onClose={() => setAsked(undefined)} />
      <ConfirmDialog
        opened={asked?.what === 'delete'}
        title="Delete this user?"
        confirm="Delete"
        typed={asked?.user.username}
        danger
        busy={busy}
        onClose={() => setAsked(undefined)}
        onConfirm={() => asked !== undefined && void run(`${asked.user.display_name} was not deleted`, () => api.call('deleteUser', { params: { id: asked.user.user_id } }), `${asked.user.display_name} is deleted`)}
      >
        {asked?.user.display_name} is signed out everywhere. What they did stays in the audit log.
      </ConfirmDialog>
    </Page>
  );
}
