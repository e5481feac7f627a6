import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { asProblem } from '../api/problem';
import { Empty, ProblemNotice } from '../design/feedback';
import { Panel, Section } from '../design/page';
import { TimeText } from '../design/time-text';
import type { DeviceTabProps } from '../devices/device-tabs';
import { useRuntime } from '../runtime';
import { RowTable } from './row-table';
import { typeText } from './severity';
import { valueText } from './row-text';
import classes from './catalogue.module.css';

/** What a device is and what it is made of, by its own words. */
export function DeviceParts({ device }: DeviceTabProps) {
  return (
    <>
      {(['version', 'inventory', 'interfaces'] as const).map((type) => (
        <Current key={type} device={device} type={type} />
      ))}
    </>
  );
}

function Current({ device, type }: DeviceTabProps & { type: 'version' | 'inventory' | 'interfaces' }) {
  const { api } = useRuntime();
  const query = useQuery({ queryKey: ['captures', 'current', device.id, type], queryFn: ({ signal }) => api.call('viewCapture', { query: { device_id: device.id, capture_type: type }, signal }) });
  const missing = query.isError && asProblem(query.error).code === 'CAPTURE_NOT_FOUND';
  const { data } = query;
  return (
    <Section title={typeText(type)} aside={data === undefined ? null : <Link to={`/captures/${data.capture.capture_id}`}><TimeText iso={data.capture.captured_at} form="minute" /></Link>}>
      {query.isError && !missing ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : null}
      <Panel padded={false}>
        {missing ? (
          <Empty title="Not collected yet">It appears with the first good capture of this kind.</Empty>
        ) : data === undefined ? (
          query.isError ? null : <Skeleton height={80} m="md" />
        ) : data.rows.length === 0 ? (
          <Empty title="Kept as text">No rows were read out of it; the capture has what the device said.</Empty>
        ) : type === 'version' ? (
          <dl className={classes['facts']}>
            {Object.entries(data.rows[0] ?? {})
              .filter(([, value]) => valueText(value) !== '–')
              .map(([name, value]) => (
                <div key={name}>
                  <dt>{name.replaceAll('_', ' ')}</dt>
                  <dd>{valueText(value)}</dd>
                </div>
              ))}
          </dl>
        ) : (
          <RowTable rows={data.rows} label={typeText(type)} />
        )}
      </Panel>
    </Section>
  );
}
