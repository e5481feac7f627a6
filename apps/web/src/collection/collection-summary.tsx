import { formatCount } from '../design/format';
import { Panel } from '../design/page';
import { captureTypeLabel } from './capture-type-words';
import type { CollectionDraft } from './collection-draft';
import classes from './collection.module.css';

/** What would be done, beside the form. */
export function CollectionSummary({ draft, devices }: { draft: CollectionDraft; devices: number | undefined }) {
  const count = (n: number | undefined): string => (n === undefined ? '…' : formatCount(n));
  return (
    <aside className={classes['summary']} aria-label="Summary">
      <Panel>
        <dl className={classes['facts']}>
          <div>
            <dt>Devices</dt>
            <dd className="num">{count(devices)}</dd>
          </div>
          <div>
            <dt>Commands</dt>
            <dd className="num">{count(draft.types.length)}</dd>
          </div>
          <div>
            <dt>Operations</dt>
            <dd className="num">{count(devices === undefined ? undefined : devices * draft.types.length)}</dd>
          </div>
          <div>
            <dt>At once</dt>
            <dd className="num">{draft.maxWorkers}</dd>
          </div>
        </dl>
        <p className={classes['summaryNote']}>{draft.types.length === 0 ? 'Nothing is selected to be collected.' : `${draft.types.map(captureTypeLabel).join(', ')}. Each device is logged in to once.`}</p>
      </Panel>
    </aside>
  );
}
