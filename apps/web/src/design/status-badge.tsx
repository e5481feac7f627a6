import type { SessionState, TargetState } from '@capstan/contracts';
import {
  IconAlertTriangle,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleHalf2,
  IconCircleX,
  IconPlayerRecordFilled,
  IconSlash,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { type Status, statusOf, stateLabel } from './status';
import classes from './status-badge.module.css';

const ICONS: Record<Status, ComponentType<{ size?: number; 'aria-hidden'?: boolean }>> = {
  pending: IconCircleDashed,
  running: IconPlayerRecordFilled,
  attention: IconAlertTriangle,
  success: IconCircleCheckFilled,
  partial: IconCircleHalf2,
  failed: IconCircleX,
  cancelled: IconSlash,
};

/** Shape of a status; colour comes with it, but never alone. */
export function StatusIcon({ status, size = 14 }: { status: Status; size?: number }) {
  const Icon = ICONS[status];
  return (
    <span className={classes['icon']} data-status={status}>
      <Icon size={size} aria-hidden />
    </span>
  );
}

/** A status with its word. */
export function StatusBadge({ status, children }: { status: Status; children: string }) {
  return (
    <span className={classes['badge']} data-status={status}>
      <StatusIcon status={status} size={12} />
      {children}
    </span>
  );
}

/** State of a session or a target. */
export function StateBadge({ state }: { state: SessionState | TargetState }) {
  return <StatusBadge status={statusOf(state)}>{stateLabel(state)}</StatusBadge>;
}
