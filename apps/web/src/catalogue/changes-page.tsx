import type { ChangeView } from '@capstan/contracts';
import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { CHANGE_PERIODS, type ChangeFilter, changeFilterFrom, changeQueryOf, changeSearchOf } from './change-filter';
import { ChangeTable } from './change-table';
import { ExportButton } from './export-button';
import { typeText } from './severity';
import classes from './catalogue.module.css';

/** Key of everything that is asked about changes. */
export const CHANGES = ['changes'] as const;

/** What changed on devices, and whether anybody knows. */
export function ChangesPage() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('devices:write');
  const [search, setSearch] = useSearchParams();
  const filter = useMemo(() => changeFilterFrom(search), [search]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const query = changeQueryOf(filter);
  const change = (part: Partial<ChangeFilter>): void => {
    setSelected(new Set());
    setSearch((before) => changeSearchOf({ ...changeFilterFrom(before), page: 1, ...part }), { replace: true });
  };
  const list = useQuery({ queryKey: [...CHANGES, query], placeholderData: keepPreviousData, refetchInterval: 30_000, queryFn: ({ signal }) => api.call('listChanges', { query, signal }) });
  const rows = list.data?.changes;
  const open = rows?.filter(({ change_id: id, acknowledged_at: at }) => selected.has(id) && at === null) ?? [];

  const acknowledge = async (changes: readonly ChangeView[]): Promise<void> => {
    setBusy(true);
    try {
      const { acknowledged } = await api.call('acknowledgeChanges', { body: { change_ids: changes.map(({ change_id: id }) => id) } });
      say(acknowledged === 1 ? 'The change is acknowledged' : `${acknowledged} changes are acknowledged`);
      setSelected(new Set());
      await queries.invalidateQueries({ queryKey: CHANGES });
    } catch (error) {
      sayProblem('The changes were not acknowledged', error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Page title="Changes" description="Configurations, versions and inventories that are different from the capture before." actions={<ExportButton path="/changes/export" query={query} disabled={(list.data?.total ?? 0) === 0} />}>
      <div className={classes['filters']} role="search" aria-label="Filter changes">
        <TextInput type="search" aria-label="Search changes" placeholder="Device, user or section" size="xs" maxLength={100} leftSection={<IconSearch size={14} aria-hidden />} value={filter.q} onChange={(event) => change({ q: event.currentTarget.value })} />
        <Select aria-label="Severity" placeholder="Any severity" clearable size="xs" data={[{ value: 'critical', label: 'Critical' }, { value: 'moderate', label: 'Moderate' }, { value: 'minor', label: 'Minor' }]} value={filter.severity ?? null} onChange={(severity) => change({ severity: (severity ?? undefined) as ChangeFilter['severity'] })} clearButtonProps={{ 'aria-label': 'Any severity' }} />
        <Select aria-label="Kind" placeholder="Any kind" clearable size="xs" data={['configs', 'version', 'inventory'].map((value) => ({ value, label: typeText(value) }))} value={filter.type ?? null} onChange={(type) => change({ type: (type ?? undefined) as ChangeFilter['type'] })} clearButtonProps={{ 'aria-label': 'Any kind' }} />
        <Select aria-label="Period" placeholder="Any time" clearable size="xs" data={[...CHANGE_PERIODS]} value={filter.hours ?? null} onChange={(hours) => change({ hours: hours ?? undefined })} clearButtonProps={{ 'aria-label': 'Any time' }} />
        <Select aria-label="Acknowledged" placeholder="Known or not" clearable size="xs" data={[{ value: 'false', label: 'Not acknowledged' }, { value: 'true', label: 'Acknowledged' }]} value={filter.acknowledged ?? null} onChange={(acknowledged) => change({ acknowledged: (acknowledged ?? undefined) as ChangeFilter['acknowledged'] })} clearButtonProps={{ 'aria-label': 'Known or not' }} />
      </div>
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {mayWrite && (rows?.length ?? 0) > 0 ? (
        <div className={classes['bulk']}>
          <Checkbox size="xs" label={selected.size === 0 ? 'Select all on this page' : `${selected.size} selected`} checked={rows?.every(({ change_id: id }) => selected.has(id)) ?? false} indeterminate={selected.size > 0 && !(rows?.every(({ change_id: id }) => selected.has(id)) ?? false)} onChange={(event) => setSelected(new Set(event.currentTarget.checked ? rows?.map(({ change_id: id }) => id) : []))} />
          <Button size="compact-sm" variant="default" disabled={open.length === 0} loading={busy} onClick={() => void acknowledge(open)}>
            Acknowledge{open.length === 0 ? '' : ` ${open.length}`}
          </Button>
        </div>
      ) : null}
      {list.isError && rows === undefined ? null : (
        <Panel padded={false}>
          {rows?.length === 0 ? (
            <Empty title={search.size > 0 ? 'No change matches' : 'Nothing has changed yet'} action={search.size > 0 ? <Button variant="default" onClick={() => setSearch(new URLSearchParams())}>Clear filters</Button> : undefined}>
              {search.size > 0 ? 'Try fewer letters or a longer period.' : 'A change appears here when a device is collected twice and says something else. What changes by itself is left out.'}
            </Empty>
          ) : (
            <ChangeTable rows={rows} selected={mayWrite ? selected : undefined} onSelect={setSelected} />
          )}
        </Panel>
      )}
      <Pager page={filter.page} perPage={50} total={list.data?.total} onPage={(page) => change({ page })} />
    </Page>
  );
}
