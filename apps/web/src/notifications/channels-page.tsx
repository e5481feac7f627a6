import type { ChannelView } from '@capstan/contracts';
import { Button, Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { bodyOfView } from './channel-draft';
import { ChannelFareText } from './channel-fare-text';
import { addressOf, CHANNEL_TYPE_WORD } from './channel-words';
import { NotificationTabs } from './notification-tabs';
import { CHANNELS } from './query-keys';
import { TestDialog } from './test-dialog';
import classes from './notifications.module.css';

const PER_PAGE = 50;

/** The ways to reach people and programs. */
export function ChannelsPage() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('notifications:write');
  const [page, setPage] = useState(1);
  const [tested, setTested] = useState<ChannelView>();
  const list = useQuery({
    queryKey: [...CHANNELS, 'list', page],
    queryFn: ({ signal }) => api.call('listChannels', { query: { page, per_page: PER_PAGE }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  const enable = async (channel: ChannelView, enabled: boolean): Promise<void> => {
    try {
      await api.call('updateChannel', { params: { id: channel.channel_id }, query: { revision: channel.revision }, body: bodyOfView(channel, enabled) });
      say(enabled ? `${channel.name} is switched on` : `${channel.name} is switched off; what comes meanwhile waits`);
    } catch (error) {
      sayProblem(`${channel.name} was not changed`, error);
    }
    await queries.invalidateQueries({ queryKey: CHANNELS });
  };
  const add = mayWrite ? (
    <Button component={Link} to="/notifications/channels/new" leftSection={<IconPlus size={14} aria-hidden />}>
      New channel
    </Button>
  ) : undefined;
  return (
    <Page title="Channels" documentTitle="Channels · Notifications" description="The ways to reach people and programs. A rule says what goes through them." actions={add}>
      <NotificationTabs />
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isError && list.data === undefined ? null : (
        <Panel padded={false}>
          {list.data?.total === 0 ? (
            <Empty title="No channels yet" action={add}>
              Mail goes through your own mail server, a webhook is signed JSON for a program, and the web app shows notices at the bell.
            </Empty>
          ) : (
            <DataTable
              label="Channels"
              rows={list.data?.channels}
              rowKey={(row) => row.channel_id}
              columns={[
                {
                  label: 'Name',
                  cell: (row) => (
                    <span className={classes['stack']}>
                      {mayWrite ? (
                        <Link to={`/notifications/channels/${row.channel_id}`} className={classes['name']}>
                          {row.name}
                        </Link>
                      ) : (
                        <span className={classes['name']}>{row.name}</span>
                      )}
                      <span className={classes['small']}>{addressOf(row)}</span>
                    </span>
                  ),
                },
                { label: 'Kind', width: 96, cell: (row) => CHANNEL_TYPE_WORD[row.type] },
                { label: 'State', cell: (row) => <ChannelFareText channel={row} /> },
                { label: 'On', width: 72, cell: (row) => <Switch size="xs" aria-label={`${row.name} is on`} checked={row.enabled} disabled={!mayWrite} onChange={(event) => void enable(row, event.currentTarget.checked)} /> },
                {
                  label: 'Actions',
                  hiddenLabel: true,
                  end: true,
                  width: 128,
                  cell: (row) =>
                    mayWrite ? (
                      <Button size="compact-sm" variant="subtle" aria-label={`Send a test: ${row.name}`} onClick={() => setTested(row)}>
                        Send a test
                      </Button>
                    ) : null,
                },
              ]}
            />
          )}
        </Panel>
      )}
      {(list.data?.total ?? 0) > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={list.data?.total} onPage={setPage} /> : null}
      <TestDialog channel={tested} onClose={() => setTested(undefined)} />
    </Page>
  );
}
