import { Button, Checkbox, Menu, Skeleton } from '@mantine/core';
import { IconChevronDown, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { Empty, ProblemNotice } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { CameraTile } from './camera-tile';
import { ExportDialog } from './export-dialog';
import { SelectionBar } from './selection-bar';
import { SummaryTiles } from './summary-tiles';
import { CAMERAS, useCameraSummary, useCamerasFeed, useGroups } from './use-cameras';
import { filterFrom, isNarrowed, PER_PAGE, queryOf, searchOf, type WallFilter } from './wall-filter';
import { WallFilters } from './wall-filters';
import classes from './cameras.module.css';
import own from './camera-wall-page.module.css';

const REREAD_MS = 30_000;

/** Every camera with what it sees now. */
export function CameraWallPage() {
  useCamerasFeed();
  const { api } = useRuntime();
  const mayWrite = useMay('cameras:write');
  const mayStart = useMay('sessions:write');
  const [search, setSearch] = useSearchParams();
  const filter = useMemo(() => filterFrom(search), [search]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [exporting, setExporting] = useState(false);
  const summary = useCameraSummary();
  const groups = useGroups();
  const query = queryOf(filter);
  const list = useQuery({
    queryKey: [...CAMERAS, 'list', query],
    queryFn: ({ signal }) => api.call('listCameras', { query, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: REREAD_MS,
  });
  const cameras = list.data?.cameras;
  const groupNames = useMemo(() => new Map(groups.data?.groups.map((group) => [group.id, group.name])), [groups.data]);
  const change = (part: Partial<WallFilter>): void => {
    const looksOnly = Object.keys(part).every((name) => name === 'rate' || name === 'size');
    if (!looksOnly) {
      setSelected(new Set());
    }
    setSearch((before) => searchOf({ ...filterFrom(before), ...(looksOnly ? {} : { page: 1 }), ...part }), { replace: true });
  };
  const select = useCallback((id: string, on: boolean) => {
    setSelected((before) => {
      const next = new Set(before);
      if (on) {
        next.add(id);
      } else {
        next.delete(id);
      }
      return next;
    });
  }, []);
  const selectable = mayWrite || mayStart;
  const all = cameras !== undefined && cameras.length > 0 && cameras.every(({ id }) => selected.has(id));

  return (
    <Page
      title="Cameras"
      actions={
        <>
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
                More
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item component={Link} to="/cameras/map">
                Map
              </Menu.Item>
              <Menu.Item component={Link} to="/cameras/groups">
                Groups
              </Menu.Item>
              {mayWrite ? (
                <Menu.Item component={Link} to="/cameras/import">
                  Import…
                </Menu.Item>
              ) : null}
              <Menu.Item onClick={() => setExporting(true)}>Export…</Menu.Item>
            </Menu.Dropdown>
          </Menu>
          {mayWrite ? (
            <Button component={Link} to="/cameras/new" leftSection={<IconPlus size={14} aria-hidden />}>
              Add camera
            </Button>
          ) : null}
        </>
      }
    >
      <SummaryTiles summary={summary.data} filter={filter} onChange={change} />
      <WallFilters filter={filter} groups={groups.data?.groups} onChange={change} />
      {selectable && cameras !== undefined && cameras.length > 0 ? (
        <Checkbox
          size="xs"
          className={own['selectAll'] ?? ''}
          label={all ? 'All of this page are selected' : 'Select all of this page'}
          checked={all}
          indeterminate={!all && selected.size > 0}
          onChange={(event) => setSelected(event.currentTarget.checked ? new Set(cameras.map(({ id }) => id)) : new Set())}
        />
      ) : null}
      {list.isError ? <ProblemNotice error={list.error} title="The cameras could not be loaded" retry={() => void list.refetch()} /> : null}
      {cameras === undefined ? (
        list.isError ? null : (
          <ul className={classes['wall']} data-size={filter.size} aria-busy="true" aria-label="Cameras">
            {Array.from({ length: 8 }, (_, index) => (
              <li key={index}>
                <Skeleton className={own['tileSkeleton'] ?? ''} radius={8} />
              </li>
            ))}
          </ul>
        )
      ) : cameras.length === 0 ? (
        <Panel>
          <NoCameras narrowed={isNarrowed(filter) || filter.page > 1} mayWrite={mayWrite} onClear={() => setSearch(searchOf({ ...filterFrom(new URLSearchParams()), rate: filter.rate, size: filter.size }))} />
        </Panel>
      ) : (
        <ul className={classes['wall']} data-size={filter.size} aria-label="Cameras">
          {cameras.map((camera) => (
            <li key={camera.id}>
              <CameraTile camera={camera} group={camera.group_id === null ? undefined : groupNames.get(camera.group_id)} size={filter.size} everyMs={filter.rate * 1_000} selected={selected.has(camera.id)} onSelect={selectable ? select : undefined} />
            </li>
          ))}
        </ul>
      )}
      <SelectionBar cameras={cameras ?? []} selected={selected} groups={groups.data?.groups ?? []} onDone={() => setSelected(new Set())} />
      {(list.data?.total ?? 0) > PER_PAGE || filter.page > 1 ? <Pager page={filter.page} perPage={PER_PAGE} total={list.data?.total} onPage={(page) => change({ page })} /> : null}
      <ExportDialog opened={exporting} groups={groups.data?.groups ?? []} onClose={() => setExporting(false)} />
    </Page>
  );
}

function NoCameras({ narrowed, mayWrite, onClear }: { narrowed: boolean; mayWrite: boolean; onClear: () => void }) {
  if (narrowed) {
    return (
      <Empty
        title="No camera matches"
        action={
          <Button variant="default" onClick={onClear}>
            Clear filters
          </Button>
        }
      >
        Names, places and addresses are searched, and every filter narrows the wall further.
      </Empty>
    );
  }
  return (
    <Empty
      title="No cameras yet"
      action={
        mayWrite ? (
          <div className={classes['row']}>
            <Button component={Link} to="/cameras/new">
              Add the first camera
            </Button>
            <Button component={Link} to="/cameras/import" variant="default">
              Import a list
            </Button>
          </div>
        ) : undefined
      }
    >
      Every camera appears here with what it sees, how it is, and since when.
    </Empty>
  );
}
