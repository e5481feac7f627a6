import type { SystemView } from '@capstan/contracts';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemNotice } from '../design/feedback';
import { formatDuration } from '../design/format';
import { Page, Panel } from '../design/page';
import { StatusBadge, StatusIcon } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { ParkedPanel } from './parked-panel';
import { QueuesPanel, ReplicasPanel } from './replicas-panel';
import { needsAttention, serviceNote } from './service-text';
import classes from './system.module.css';

type Service = SystemView['services'][number];
const READ_EVERY_MS = 5_000;

/** Health of everything that should run. */
export function SystemPage() {
  const { api } = useRuntime();
  const system = useQuery({ queryKey: ['system'], refetchInterval: READ_EVERY_MS, queryFn: ({ signal }) => api.call('system', { signal }) });
  const data = system.data;
  const mayRedrive = useMay('users:admin');
  return (
    <Page
      title="System"
      mark={data === undefined ? undefined : data.ready ? <StatusBadge status="success">Ready</StatusBadge> : <StatusBadge status="failed">Not ready</StatusBadge>}
      description={
        data === undefined ? (
          'Loading…'
        ) : (
          <>
            Version {data.version}, read at <TimeText iso={data.time} />; again every 5 seconds
          </>
        )
      }
    >
      {system.isError ? <ProblemNotice error={system.error} retry={() => void system.refetch()} title="The health of the system could not be read" /> : null}
      <ul className={classes['services']}>
        {data === undefined
          ? system.isError
            ? null
            : ['a', 'b', 'c'].map((key) => (
                <li key={key}>
                  <Skeleton height={216} radius={8} />
                </li>
              ))
          : data.services.map((service, index) => (
              <li key={`${service.service}-${service.instance ?? index}`}>
                <ServiceCard service={service} />
              </li>
            ))}
      </ul>
      {system.isError && data === undefined ? null : (
        <>
          {mayRedrive && data !== undefined ? <ParkedPanel services={data.services} /> : null}
          <ReplicasPanel replicas={data?.replicas} />
          <QueuesPanel replicas={data?.replicas} />
        </>
      )}
    </Page>
  );
}

function ServiceCard({ service }: { service: Service }) {
  const note = serviceNote(service);
  return (
    <Panel className={classes['card'] ?? ''}>
      <article aria-label={service.service}>
        <header className={classes['head']}>
          <h2>{service.service}</h2>
          {!service.ready ? <StatusBadge status="failed">Away</StatusBadge> : needsAttention(service) ? <StatusBadge status="attention">Look here</StatusBadge> : <StatusBadge status="success">Ready</StatusBadge>}
        </header>
        <p className={classes['sub']}>
          {service.instance === undefined ? 'no instance answers' : service.instance}
          {service.version === undefined ? '' : ` · version ${service.version}`}
          {service.uptime_sec === undefined ? '' : ` · up ${formatDuration(service.uptime_sec)}`}
        </p>
        {service.error === undefined ? null : <p className={classes['error']}>{service.error}</p>}
        <ul className={classes['checks']} aria-label="Checks">
          {(service.checks ?? []).map((check) => (
            <li key={check.name}>
              <StatusIcon status={check.ok ? 'success' : 'failed'} />
              <span>{check.name}</span>
              <span className="visually-hidden">{check.ok ? 'in order' : 'not in order'}</span>
              <span className={classes['detail']}>{check.detail ?? ''}</span>
            </li>
          ))}
        </ul>
        <dl className={classes['counts']}>
          <div>
            <dt>Outbox</dt>
            <dd className="num">{service.outbox_pending ?? '–'}</dd>
          </div>
          <div>
            <dt>Parked</dt>
            <dd className="num">{service.parked ?? '–'}</dd>
          </div>
        </dl>
        {note === undefined ? null : <p className={classes['note']}>{note}</p>}
      </article>
    </Panel>
  );
}
