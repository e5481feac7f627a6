import { ProblemNotice } from '../design/feedback';
import { CopyIcon } from '../design/copy-button';
import { Panel, Section } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import type { Draft } from './draft';
import { usePreview } from './use-preview';
import classes from './capture-wizard.module.css';

/** What each device will be told, to the letter. */
export function CommandPreview({ draft }: { draft: Draft }) {
  const { previews, error, possible, current } = usePreview(draft);
  return (
    <Section title="Commands" aside={<span className="muted">{possible && !current ? 'Updating…' : ''}</span>}>
      {error !== null && possible ? (
        <ProblemNotice error={error} title="The commands could not be previewed" />
      ) : (
        <Panel padded={false}>
          {previews === undefined ? (
            <p className={classes['noPreview']}>{possible ? ' ' : draft.targets.length === 0 ? 'Add a device to see what it will be told.' : 'Shown when every field is valid.'}</p>
          ) : (
            <ul className={classes['commands']} aria-label="Commands" data-stale={!current || undefined}>
              {previews.map((preview, index) => (
                <li key={`${index}-${preview.host}`}>
                  <span className={classes['commandHost']}>{preview.host}</span>
                  <code className={`mono ${classes['command']}`}>{preview.command}</code>
                  <CopyIcon value={preview.command} label={`Copy command for ${preview.host}`} />
                  {preview.dropped.length === 0 ? null : <StatusBadge status="attention">{`cannot filter by ${preview.dropped.join(', ')}`}</StatusBadge>}
                </li>
              ))}
            </ul>
          )}
        </Panel>
      )}
    </Section>
  );
}
