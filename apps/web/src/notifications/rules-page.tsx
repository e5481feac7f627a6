import type { RuleView } from '@capstan/contracts';
import { Button, Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { NotificationTabs } from './notification-tabs';
import { RULES } from './query-keys';
import { bodyOfRuleView } from './rule-draft';
import { conditionsOf, topicsText } from './rule-words';
import { useAllChannels } from './use-all-channels';
import classes from './notifications.module.css';

const PER_PAGE = 50;

/** Who is told of what. */
export function RulesPage() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('notifications:write');
  const [page, setPage] = useState(1);
  const channels = useAllChannels();
  const list = useQuery({
    queryKey: [...RULES, 'list', page],
    queryFn: ({ signal }) => api.call('listRules', { query: { page, per_page: PER_PAGE }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  const enable = async (rule: RuleView, enabled: boolean): Promise<void> => {
    try {
      await api.call('updateRule', { params: { id: rule.rule_id }, body: { ...bodyOfRuleView(rule, enabled), revision: rule.revision } });
      say(enabled ? `${rule.name} is switched on` : `${rule.name} is switched off`);
    } catch (error) {
      sayProblem(`${rule.name} was not changed`, error);
    }
    await queries.invalidateQueries({ queryKey: RULES });
  };
  const add = mayWrite ? (
    <Button component={Link} to="/notifications/rules/new" leftSection={<IconPlus size={14} aria-hidden />}>
      New rule
    </Button>
  ) : undefined;
  const nameOf = (id: string): string => channels.data?.find(({ channel_id: each }) => each === id)?.name ?? '…';
  return (
    <Page title="Rules" documentTitle="Rules · Notifications" description="Who is told of what. A fact goes through every rule that is about it." actions={add}>
      <NotificationTabs />
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isError && list.data === undefined ? null : (
        <Panel padded={false}>
          {list.data?.total === 0 ? (
            <Empty title="No rules yet" action={add}>
              Without a rule nobody is told of anything: sessions that fail, configurations that change, cameras that go dark.
            </Empty>
          ) : (
            <DataTable
              label="Rules"
              rows={list.data?.rules}
              rowKey={(row) => row.rule_id}
              columns={[
                {
                  label: 'Name',
                  width: 240,
                  cell: (row) =>
                    mayWrite ? (
                      <Link to={`/notifications/rules/${row.rule_id}`} className={classes['name']}>
                        {row.name}
                      </Link>
                    ) : (
                      <span className={classes['name']}>{row.name}</span>
                    ),
                },
                {
                  label: 'Tells of',
                  cell: (row) => (
                    <span className={classes['stack']}>
                      <span>{topicsText(row)}</span>
                      <span className={classes['small']}>{conditionsOf(row).join(' · ')}</span>
                    </span>
                  ),
                },
                { label: 'Through', width: 200, cell: (row) => row.channel_ids.map(nameOf).join(', ') },
                { label: 'Last told', width: 112, cell: (row) => (row.last_matched_at === null ? <span className="muted">never</span> : <TimeText iso={row.last_matched_at} form="ago" />) },
                { label: 'On', width: 72, cell: (row) => <Switch size="xs" aria-label={`${row.name} is on`} checked={row.enabled} disabled={!mayWrite} onChange={(event) => void enable(row, event.currentTarget.checked)} /> },
              ]}
            />
          )}
        </Panel>
      )}
      {(list.data?.total ?? 0) > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={list.data?.total} onPage={setPage} /> : null}
    </Page>
  );
}
