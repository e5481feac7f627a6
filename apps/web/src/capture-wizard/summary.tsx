import { CopyButton } from '../design/copy-button';
import { Panel } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { DEVICE_TYPE_LABELS } from '../live-session/device-icon';
import { curlOf } from './curl';
import { durationText, filterText } from './draft-text';
import type { DraftControl } from './use-draft';
import classes from './capture-wizard.module.css';

/** The draft at a glance, beside every step. */
export function Summary({ control }: { control: DraftControl }) {
  const { draft, body, problems } = control;
  const types = new Map<string, number>();
  draft.targets.forEach(({ deviceType }) => types.set(deviceType, (types.get(deviceType) ?? 0) + 1));
  return (
    <aside className={classes['summary']} aria-label="Summary">
      <Panel>
        <div className={classes['summaryHead']}>
          <h2>Summary</h2>
          {problems.length === 0 ? <StatusBadge status="success">Ready to start</StatusBadge> : <StatusBadge status="pending">{problems.length === 1 ? '1 thing to fix' : `${problems.length} things to fix`}</StatusBadge>}
        </div>
        <dl className={classes['facts']}>
          <dt>Name</dt>
          <dd>{draft.name.trim() === '' ? <span className="muted">–</span> : draft.name}</dd>
          <dt>Targets</dt>
          <dd>{draft.targets.length === 0 ? <span className="muted">none yet</span> : [...types].map(([type, count]) => `${count} × ${DEVICE_TYPE_LABELS[type] ?? type}`).join(', ')}</dd>
          <dt>Runs</dt>
          <dd>{durationText(draft)}</dd>
          <dt>Keeps</dt>
          <dd>{filterText(draft)}</dd>
        </dl>
        <div className={classes['summaryFoot']}>
          <CopyButton value={curlOf(body, window.location.origin)}>Copy as curl</CopyButton>
          <span className={classes['hint']}>The same order for a script; secrets come from its environment.</span>
        </div>
      </Panel>
    </aside>
  );
}
