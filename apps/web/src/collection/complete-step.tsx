import type { CollectionDeviceResult } from '@capstan/contracts';
import { Alert, Button } from '@mantine/core';
import { IconDownload, IconRefresh } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'react-router';
import { download } from '../api/download';
import { newKey } from '../api/new-key';
import { csvText, saveText } from '../design/csv';
import { DataTable } from '../design/data-table';
import { say, sayProblem } from '../design/feedback';
import { formatCount, formatDuration } from '../design/format';
import { Panel, Section } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { captureTypeLabel } from './capture-type-words';
import type { LiveCollection } from './collection-live';
import { captureWords, countOf, total } from './collection-words';
import classes from './collection.module.css';

/** What came of it, and what can be done with it. */
export function CompleteStep({ state, onStarted, onChanged }: { state: LiveCollection; onStarted: (jobId: string) => void; onChanged: () => void }) {
  const { api } = useRuntime();
  const mayRun = useMay('sessions:write');
  const mayDownload = useMay('artifacts:download');
  const { job } = state;
  const devices = [...state.devices.values()];
  const failed = devices.filter(({ status }) => status === 'failed' || status === 'cancelled').sort((a, b) => a.device_name.localeCompare(b.device_name, undefined, { numeric: true }));
  const retry = useMutation({
    mutationFn: () => api.call('retryCollection', { params: { job_id: job.job_id }, body: {}, idempotencyKey: newKey() }),
    onSuccess: ({ job_id: jobId }) => onStarted(jobId),
    onError: (error) => sayProblem('The devices were not collected again', error),
  });
  const reload = useMutation({
    mutationFn: () => api.call('reloadCollection', { params: { job_id: job.job_id } }),
    onSuccess: ({ message }) => {
      say(message);
      onChanged();
    },
    onError: (error) => sayProblem('The captures were not loaded', error),
  });
  const types = job.capture_types.map((type) => ({ type, created: job.captures_created[type] ?? 0, failed: job.captures_failed[type] ?? 0, unsupported: job.captures_unsupported[type] ?? 0 }));
  const figures = [
    { label: 'Devices succeeded', value: formatCount(job.devices_succeeded) },
    { label: 'Devices failed', value: formatCount(job.devices_failed) },
    { label: 'Commands executed', value: formatCount(total(job.captures_created)) },
    { label: 'Execution time', value: formatDuration(job.execution_time) },
    { label: 'Changes detected', value: formatCount(job.changes_detected) },
  ];
  const saveFailed = (): void => saveText(csvText(['device', 'address', 'error', 'class', 'attempts'], failed.map((device) => [device.device_name, device.ip_address, device.error ?? '', device.error_class ?? '', device.attempts])), `${job.job_id}_failed.csv`);
  return (
    <>
      <Panel>
        <dl className={classes['figures']}>
          {figures.map(({ label, value }) => (
            <div key={label} data-status="pending">
              <dt>{label}</dt>
              <dd className="num">{value}</dd>
            </div>
          ))}
        </dl>
        <div className={classes['actions']}>
          {mayRun && failed.length > 0 ? (
            <Button leftSection={<IconRefresh size={14} aria-hidden />} loading={retry.isPending} onClick={() => retry.mutate()}>
              Retry {countOf(failed.length, 'failed device')}
            </Button>
          ) : null}
          {mayDownload ? (
            <Button variant="default" leftSection={<IconDownload size={14} aria-hidden />} disabled={total(job.captures_created) === 0} onClick={() => void download(api, 'session', job.session_id).catch((error: unknown) => sayProblem('The download did not start', error))}>
              Download captures
            </Button>
          ) : null}
          {mayRun ? (
            <Button component={Link} to="/collection/new" variant="default">
              Run another collection
            </Button>
          ) : null}
        </div>
      </Panel>
      {job.captures_not_loaded === 0 ? null : (
        <Alert color="yellow" role="status" title="Captures saved but not loaded">
          <div className={classes['notLoaded']}>
            <span>
              {countOf(job.captures_not_loaded, 'capture')} {job.captures_not_loaded === 1 ? 'is' : 'are'} stored and can be downloaded, but {job.captures_not_loaded === 1 ? 'is' : 'are'} not in the catalogue{job.auto_load_db ? '' : ', as it was wanted'}.
            </span>
            {mayRun ? (
              <Button variant="default" loading={reload.isPending} onClick={() => reload.mutate()}>
                Load {job.captures_not_loaded === 1 ? 'it' : 'them'} now
              </Button>
            ) : null}
          </div>
        </Alert>
      )}
      {failed.length === 0 ? null : (
        <Section
          title="Failed devices"
          aside={
            <Button variant="subtle" size="compact-xs" onClick={saveFailed}>
              CSV
            </Button>
          }
        >
          <Panel padded={false}>
            <DataTable
              label="Failed devices"
              rows={failed}
              rowKey={({ device_id: id }) => id}
              columns={[
                { label: 'Device', width: 200, cell: (device) => <Link to={`/inventory/devices/${device.device_id}`}>{device.device_name}</Link> },
                { label: 'Address', width: 160, cell: (device) => <span className="mono">{device.ip_address}</span> },
                { label: 'Why', cell: (device) => <Reason device={device} /> },
                { label: 'Logins', end: true, width: 80, cell: ({ attempts }) => attempts },
              ]}
            />
          </Panel>
        </Section>
      )}
      <Section title="Captures">
        <Panel padded={false}>
          <DataTable
            label="Captures by type"
            rows={types}
            rowKey={({ type }) => type}
            columns={[
              { label: 'Type', cell: ({ type }) => captureTypeLabel(type) },
              { label: 'Collected', end: true, cell: ({ created }) => formatCount(created) },
              { label: 'Failed', end: true, cell: (row) => formatCount(row.failed) },
              { label: 'Not on the device', end: true, cell: ({ unsupported }) => formatCount(unsupported) },
            ]}
          />
        </Panel>
      </Section>
    </>
  );
}

/** Why a device failed; where it is single captures, which. */
function Reason({ device }: { device: CollectionDeviceResult }) {
  // A device that let nobody in says the same of every capture.
  const bad = device.captures.filter(({ status, message }) => (status === 'failed' || status === 'suspect') && message !== device.error);
  return (
    <>
      {device.error ?? 'Cancelled'} {device.error_class === null ? null : <span className="mono muted">{device.error_class}</span>}
      {bad.map((capture) => (
        <span key={capture.capture_type} className={classes['reason']}>
          {captureTypeLabel(capture.capture_type)}: {capture.message === '' ? captureWords(capture.status).label : capture.message}
        </span>
      ))}
    </>
  );
}
