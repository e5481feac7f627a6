import type { CameraState, CameraView, HealthGrade } from '@capstan/contracts';
import { StatusBadge, StatusIcon } from '../design/status-badge';
import { eventLabel, gradeWords, pictureEvents, stateWords } from './camera-words';
import classes from './cameras.module.css';

/** State of a camera. */
export function CameraStateBadge({ state }: { state: CameraState }) {
  const { status, label } = stateWords(state);
  return <StatusBadge status={status}>{label}</StatusBadge>;
}

/** Grade of a stream; nothing where there is none. */
export function GradeMark({ grade }: { grade: HealthGrade | null }) {
  if (grade === null) {
    return null;
  }
  const { status, label } = gradeWords(grade);
  return (
    <span className={classes['mark']} title="Grade of the last look: frame rate, loss and reconnects">
      <StatusIcon status={status} size={12} />
      {label}
    </span>
  );
}

/** What is wrong with a camera's picture now. */
export function OpenEvents({ camera }: { camera: Pick<CameraView, 'open_events'> }) {
  return (
    <>
      {pictureEvents(camera.open_events).map((kind) => (
        <StatusBadge key={kind} status="attention">
          {eventLabel(kind)}
        </StatusBadge>
      ))}
    </>
  );
}
