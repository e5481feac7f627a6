import { ProblemNotice } from '../design/feedback';
import { CopyIcon } from '../design/copy-button';
import { Panel, Section } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { DEVICE_TYPE_LABELS } from '../live-session/device-icon';
import type { Draft } from './draft';
import { compileTree, keyAt, partText } from './filter-draft';
import type { PreviewAnswer } from './preview-questions';
import type { DraftControl } from './use-draft';
import { usePreview } from './use-preview';
import classes from './capture-wizard.module.css';

/** What each device will be told, to the letter, and what of the filter it leaves to Capstan. */
export function CommandPreview({ control: { draft, body } }: { control: DraftControl }) {
  const { previews, error, possible, current } = usePreview(body);
  return (
    <Section title="Commands" aside={<span className="muted">{possible && !current ? 'Updating…' : ''}</span>}>
      {error !== null && possible ? (
        <ProblemNotice error={error} title="The commands could not be previewed" />
      ) : (
        <Panel padded={false}>
          {previews === undefined ? (
            <p className={classes['noPreview']}>{possible ? ' ' : draft.targets.length === 0 ? 'Add a device to see what it will be told.' : 'Shown when every field is valid.'}</p>
          ) : (
            <ul className={classes['commands']} aria-label="Commands" data-stale={!current || undefined} tabIndex={0}>
              {previews.map((answer, index) => (
                <Command key={`${index}-${hostOf(answer)}`} answer={answer} draft={draft} />
              ))}
            </ul>
          )}
        </Panel>
      )}
    </Section>
  );
}

function Command({ answer, draft }: { answer: PreviewAnswer; draft: Draft }) {
  const host = hostOf(answer);
  const type = answer.kind === 'preview' ? answer.preview.device_type : answer.target.device_type;
  const head = (
    <span className={classes['commandHost']} title={host}>
      {host}
      <span className={classes['commandType']}>{DEVICE_TYPE_LABELS[type]}</span>
    </span>
  );
  if (answer.kind === 'refused') {
    return (
      <li>
        {head}
        <span className={classes['refusal']}>
          <StatusBadge status="failed">Refused</StatusBadge>
          {answer.reasons.join('; ')}
        </span>
      </li>
    );
  }
  const { command, post_filter: after, dropped } = answer.preview;
  const refused = after !== null && draft.onUnsupported === 'refuse';
  return (
    <li>
      {head}
      <code className={`mono ${classes['command']}`} data-refused={refused || undefined}>
        {command}
      </code>
      <CopyIcon value={command} label={`Copy command for ${host}`} />
      {after === null ? null : (
        <span className={classes['after']}>
          {refused ? <StatusBadge status="failed">{`Refused: cannot filter by ${droppedText(dropped, draft)}`}</StatusBadge> : <StatusBadge status="attention">{`Captures more; ${droppedText(dropped, draft)} filtered afterwards`}</StatusBadge>}
          {refused ? null : (
            <span className={classes['afterFilter']}>
              Filtered copy keeps <code className="mono">{after}</code>
            </span>
          )}
        </span>
      )}
    </li>
  );
}

/** Conditions by what they say; paths are for programs. */
function droppedText(dropped: readonly string[], { filterForm, tree }: Draft): string {
  const { places } = compileTree(tree);
  const words = dropped.map((path) => {
    const key = filterForm === 'tree' ? keyAt(places, path) : undefined;
    return (key === undefined ? undefined : partText(tree, key)) ?? path.replace(/^filter\./, '');
  });
  return [...new Set(words)].join(', ');
}

function hostOf(answer: PreviewAnswer): string {
  return answer.kind === 'preview' ? answer.preview.host : answer.target.host;
}
