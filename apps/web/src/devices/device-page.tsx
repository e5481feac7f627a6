import type { TestDeviceAnswer } from '@capstan/contracts';
import { Button, Menu, Skeleton, Tabs } from '@mantine/core';
import { IconDots, IconPlugConnected } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { ConfirmDialog } from '../design/confirm-dialog';
import { ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page } from '../design/page';
import { useMay, useRuntime, useUser } from '../runtime';
import { DeviceDialog } from './device-form';
import { Health } from './device-table';
import { DEVICE_TABS } from './device-tabs';
import { addressText, platformTitle } from './device-words';
import { IdentityNotice } from './identity-notice';
import { DEVICES, useDevice, useDeviceFacets, useDevicesFeed, useKeepDevice } from './use-devices';

/** One device: what it is, and what is known of it. */
export function DevicePage() {
  useDevicesFeed();
  const { id = '', tab } = useParams();
  const { api } = useRuntime();
  const user = useUser();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const keep = useKeepDevice();
  const mayWrite = useMay('devices:write');
  const query = useDevice(id);
  const facets = useDeviceFacets();
  const [open, setOpen] = useState<'edit' | 'delete'>();
  const test = useMutation({
    mutationFn: (): Promise<TestDeviceAnswer> => api.call('testDevice', { params: { id }, body: {} }),
    onSuccess: ({ device, result }) => {
      keep(device);
      say(result.success ? `${device.name} answers` : `${device.name}: the test failed`);
    },
    onError: (error) => sayProblem('The device could not be tested', error),
  });
  const remove = useMutation({
    mutationFn: () => api.call('deleteDevice', { params: { id } }),
    onSuccess: async () => {
      say('The device is deleted');
      await navigate('/inventory/devices');
      queries.removeQueries({ queryKey: [...DEVICES, 'one', id] });
      void queries.invalidateQueries({ queryKey: DEVICES });
    },
    onError: (error) => sayProblem('The device was not deleted', error),
    onSettled: () => setOpen(undefined),
  });
  const device = query.data;
  const back = { to: '/inventory/devices', label: 'Devices' };
  if (device === undefined) {
    return (
      <Page title="Device" back={back}>
        {query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} title="The device could not be loaded" /> : <Skeleton height={320} radius={8} />}
      </Page>
    );
  }
  const tabs = DEVICE_TABS.filter(({ needs }) => needs === undefined || user.permissions.includes(needs));
  const shown = tabs.find(({ name }) => name === tab) ?? tabs[0];
  return (
    <Page
      title={device.name}
      back={back}
      mark={<Health device={device} />}
      description={
        <>
          <span className="mono">{addressText(device)}</span> · {platformTitle(device.platform, facets.data)}
          {[device.site, device.role].filter((word) => word !== null).map((word) => ` · ${word}`)}
        </>
      }
      actions={
        mayWrite ? (
          <>
            <Button variant="default" leftSection={<IconPlugConnected size={14} aria-hidden />} loading={test.isPending} onClick={() => test.mutate()}>
              Test
            </Button>
            <Button variant="default" onClick={() => setOpen('edit')}>
              Change
            </Button>
            <Menu position="bottom-end">
              <Menu.Target>
                <Button variant="default" aria-label="More actions" px={8}>
                  <IconDots size={16} aria-hidden />
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item color="red" onClick={() => setOpen('delete')}>
                  Delete
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </>
        ) : undefined
      }
    >
      <IdentityNotice device={device} />
      {tabs.length < 2 ? null : (
        <Tabs value={shown?.name ?? null} onChange={(name) => void navigate(`/inventory/devices/${id}${name === null || name === tabs[0]?.name ? '' : `/${name}`}`, { replace: true })}>
          <Tabs.List aria-label="About the device">
            {tabs.map(({ name, label }) => (
              <Tabs.Tab key={name} value={name}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
      )}
      <Suspense fallback={<Skeleton height={280} radius={8} />}>{shown === undefined ? null : <shown.Panel device={device} />}</Suspense>
      <DeviceDialog opened={open === 'edit'} device={device} onClose={() => setOpen(undefined)} />
      <ConfirmDialog opened={open === 'delete'} title={`Delete ${device.name}?`} confirm="Delete" typed={device.name} danger busy={remove.isPending} onClose={() => setOpen(undefined)} onConfirm={() => remove.mutate()}>
        It leaves the inventory. What was collected from it stays until its retention is over.
      </ConfirmDialog>
    </Page>
  );
}
