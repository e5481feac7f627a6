import { Alert, Button, Menu } from '@mantine/core';
import { IconDownload, IconPlus, IconUpload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { saveText } from '../design/csv';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { fromBase64 } from '../document-import/import-document';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { DeviceBulkBar } from './device-bulk-bar';
import { type DeviceListView, filterQuery, isNarrowed, PER_PAGE, searchOf, viewFrom } from './device-filter';
import { DeviceFilters } from './device-filters';
import { DeviceDialog } from './device-form';
import { DeviceTable } from './device-table';
import { useDeviceFacets, useDeviceList, useDevicesFeed } from './use-devices';

/** The view of the address as it is now: what is drawn may be a moment older, and two quick changes must both count. */
function addressed(): DeviceListView {
  return viewFrom(new URLSearchParams(window.location.search));
}

/** The inventory of devices. */
export function DeviceListPage() {
  useDevicesFeed();
  const { api } = useRuntime();
  const navigate = useNavigate();
  const mayWrite = useMay('devices:write');
  const [search, setSearch] = useSearchParams();
  const view = useMemo(() => viewFrom(search), [search]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [adding, setAdding] = useState(false);
  const list = useDeviceList(view);
  const facets = useDeviceFacets();
  const change = (part: Partial<DeviceListView>): void => {
    setSelected(new Set());
    setSearch(searchOf({ ...addressed(), page: 1, ...part }), { replace: true });
  };
  const narrow = (part: DeviceListView['filter']): void => change({ filter: { ...addressed().filter, ...part } });
  const save = async (format: 'csv' | 'json'): Promise<void> => {
    try {
      const { data, filename, device_count: count } = await api.call('exportDevices', { query: { ...filterQuery(view), format } });
      saveText(fromBase64(data), filename, format === 'csv' ? 'text/csv' : 'application/json');
      say(count === 1 ? '1 device exported' : `${count} devices exported`);
    } catch (error) {
      sayProblem('Nothing was exported', error);
    }
  };
  const rows = list.data?.devices;
  const alarms = facets.data?.identity_alarms ?? 0;
  const add = (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>
      Add device
    </Button>
  );
  return (
    <Page
      title="Devices"
      actions={
        <>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" leftSection={<IconDownload size={14} aria-hidden />} disabled={(list.data?.total ?? 0) === 0}>
                Export
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => void save('csv')}>CSV, as filtered</Menu.Item>
              <Menu.Item onClick={() => void save('json')}>JSON, as filtered</Menu.Item>
            </Menu.Dropdown>
          </Menu>
          {mayWrite ? (
            <>
              <Button component={Link} to="/inventory/devices/import" variant="default" leftSection={<IconUpload size={14} aria-hidden />}>
                Import
              </Button>
              {add}
            </>
          ) : null}
        </>
      }
    >
      {alarms === 0 || view.filter.health === 'changed' ? null : (
        <Alert color="yellow" role="status">
          At {alarms === 1 ? 'the address of 1 device' : `the addresses of ${alarms} devices`} another one answers.{' '}
          <Link to="/inventory/devices?health=changed">{alarms === 1 ? 'Look at it' : 'Look at them'}</Link>
        </Alert>
      )}
      <DeviceFilters filter={view.filter} facets={facets.data} onChange={narrow} />
      <DeviceBulkBar devices={rows ?? []} selected={selected} onDone={() => setSelected(new Set())} />
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {rows?.length === 0 ? (
        <Panel>
          {isNarrowed(view) || view.page > 1 ? (
            <Empty
              title="No device matches"
              action={
                <Button variant="default" onClick={() => setSearch(new URLSearchParams())}>
                  Clear filters
                </Button>
              }
            >
              Names, addresses, models, serial numbers and notes are searched. Filters combine.
            </Empty>
          ) : (
            <Empty title="No devices yet" action={mayWrite ? add : undefined}>
              Routers, switches and servers to collect from. Add one by hand, or import a list as CSV or JSON.
            </Empty>
          )}
        </Panel>
      ) : list.isError && rows === undefined ? null : (
        <Panel padded={false}>
          <DeviceTable
            rows={rows}
            facets={facets.data}
            sort={{ column: view.sort, descending: view.descending }}
            onSort={(sort) => change({ sort, descending: addressed().sort === sort && !addressed().descending })}
            selected={selected}
            onSelect={setSelected}
          />
        </Panel>
      )}
      <Pager page={view.page} perPage={PER_PAGE} total={list.data?.total} onPage={(page) => change({ page })} />
      <DeviceDialog opened={adding} onClose={() => setAdding(false)} onSaved={({ id }) => void navigate(`/inventory/devices/${id}`)} />
    </Page>
  );
}
