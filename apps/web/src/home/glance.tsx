import { Link } from 'react-router';
import { countsOf } from '../cameras/camera-counts';
import { useCameraSummary } from '../cameras/use-cameras';
import { formatCount } from '../design/format';
import { StatusIcon } from '../design/status-badge';
import { useServerNow } from '../design/time-text';
import { useMay } from '../runtime';
import { cameraFigure, changeFigure, failureFigure, type Figure, nextFigure, receiverFigure, runningFigure, storageFigure } from './figures';
import { useFailures, useNextRuns, useReceivers, useRecentChanges, useRunning, useStorage } from './use-home';
import classes from './home.module.css';

/** Today in a row of figures, each the way to its list. They take their place before anything is known. */
export function Glance() {
  const now = useServerNow(10_000);
  const mayDevices = useMay('devices:read');
  const mayCameras = useMay('cameras:read');
  const mayRecordings = useMay('recordings:read');
  const mayStorage = useMay('storage:read');
  const { known: runningKnown, running } = useRunning();
  const { known: failuresKnown, failures } = useFailures();
  const next = useNextRuns().data;
  const cameras = useCameraSummary().data;
  const receivers = useReceivers().data;
  const changes = useRecentChanges().data;
  const storage = useStorage().data;
  const tiles: readonly { readonly label: string; readonly to: string; readonly shown: boolean; readonly figure: Figure | undefined }[] = [
    { label: 'Running now', to: '/sessions', shown: true, figure: runningKnown ? runningFigure(running) : undefined },
    { label: 'Failures, 24 h', to: '/sessions?status=failed', shown: true, figure: failuresKnown ? failureFigure(failures, now) : undefined },
    { label: 'Next run', to: '/calendar', shown: true, figure: next === undefined ? undefined : nextFigure(next, now) },
    { label: 'Cameras', to: '/cameras', shown: mayCameras, figure: cameras === undefined ? undefined : cameraFigure(countsOf(cameras)) },
    { label: 'Receivers', to: '/receivers', shown: mayRecordings, figure: receivers === undefined ? undefined : receiverFigure(receivers.receivers) },
    { label: 'Changes, 24 h', to: '/changes?hours=24', shown: mayDevices, figure: changes === undefined ? undefined : changeFigure(changes.total, changes.changes) },
    { label: 'Storage', to: '/storage', shown: mayStorage, figure: storage === undefined ? undefined : storageFigure(storage) },
  ];
  return (
    <nav className={classes['glance']} aria-label="Today">
      {tiles
        .filter(({ shown }) => shown)
        .map(({ label, to, figure }) => (
          <Link key={label} to={to} className={classes['tile']}>
            <span className={classes['tileLabel']}>
              {figure === undefined ? null : <StatusIcon status={figure.status} size={12} />}
              {label}
            </span>
            <span className={`num ${classes['tileNumber']}`}>{figure === undefined ? '–' : typeof figure.value === 'number' ? formatCount(figure.value) : figure.value}</span>
            <span className={classes['tileDetail']}>{figure?.detail ?? ' '}</span>
          </Link>
        ))}
    </nav>
  );
}
