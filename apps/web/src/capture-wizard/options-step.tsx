import { Chip, NumberInput, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { formatDuration } from '../design/format';
import { Panel, Section } from '../design/page';
import { DURATION_PRESETS, mostMegabytes, type NumberField } from './draft';
import { problemAt } from './draft-problems';
import { CommandPreview } from './command-preview';
import { FilterSection } from './filter-section';
import type { DraftControl } from './use-draft';
import classes from './capture-wizard.module.css';

/** How long, how much, and which packets. */
export function OptionsStep({ control, show }: { control: DraftControl; show: boolean }) {
  const { draft, problems, change } = control;
  const at = (path: string): string | undefined => problemAt(problems, path);
  // A value that is there may be told wrong at once; one that is missing only when one tried to go on.
  const given = (path: string, value: NumberField | string): string | undefined => (show || value !== '' ? at(path) : undefined);
  const most = mostMegabytes(draft);
  return (
    <>
      <Section title="Capture">
        <Panel>
          <div className={classes['fields']}>
            <TextInput label="Name" size="xs" className={classes['wide']} placeholder="What are you looking for? Shown in the history" maxLength={100} value={draft.name} onChange={(event) => change({ type: 'set', part: { name: event.currentTarget.value } })} error={given('name', draft.name)} />
            <div className={classes['wide']}>
              <span className={classes['label']} id="mode-label">
                Mode
              </span>
              <SegmentedControl
                size="xs"
                aria-labelledby="mode-label"
                data={[
                  { value: 'standard', label: 'For a time' },
                  { value: 'rotating', label: 'Until stopped' },
                ]}
                value={draft.mode}
                onChange={(mode) => change({ type: 'set', part: { mode: mode as 'standard' | 'rotating' } })}
              />
              <p className={classes['hint']}>
                {draft.mode === 'standard' ? 'Every device captures for the same time, then everything is collected.' : 'Every device keeps its newest packets in a ring of files until someone stops the session. Good for what happens rarely.'}
              </p>
            </div>
            {draft.mode === 'standard' ? (
              <>
                <NumberInput label="Duration" size="xs" suffix=" s" allowDecimal={false} allowNegative={false} clampBehavior="none" step={10} value={draft.durationSec} onChange={(value) => change({ type: 'set', part: { durationSec: typeof value === 'number' ? value : '' } })} error={given('duration_sec', draft.durationSec)} />
                <div>
                  <span className={classes['label']} id="preset-label">
                    Often used
                  </span>
                  <div className={classes['chips']} role="group" aria-labelledby="preset-label">
                    {DURATION_PRESETS.map((seconds) => (
                      <Chip key={seconds} size="xs" variant="outline" checked={draft.durationSec === seconds} onChange={() => change({ type: 'set', part: { durationSec: seconds } })}>
                        {formatDuration(seconds)}
                      </Chip>
                    ))}
                  </div>
                </div>
              </>
            ) : (
              <>
                <NumberInput label="Size of a file" size="xs" suffix=" MB" allowDecimal={false} allowNegative={false} clampBehavior="none" value={draft.sizePerFileMb} onChange={(value) => change({ type: 'set', part: { sizePerFileMb: typeof value === 'number' ? value : '' } })} error={given('size_per_file_mb', draft.sizePerFileMb)} />
                <NumberInput label="Files in the ring" size="xs" allowDecimal={false} allowNegative={false} clampBehavior="none" value={draft.maxFiles} onChange={(value) => change({ type: 'set', part: { maxFiles: typeof value === 'number' ? value : '' } })} error={given('max_files', draft.maxFiles)} />
                <p className={`${classes['hint']} ${classes['wide']}`} role="status">
                  {most === undefined ? ' ' : `≈ ${most.toLocaleString('en-US')} MB per target at most${draft.targets.length > 1 ? `, ≈ ${(most * draft.targets.length).toLocaleString('en-US')} MB together` : ''}.`}
                </p>
              </>
            )}
          </div>
        </Panel>
      </Section>
      <FilterSection control={control} />
      <CommandPreview control={control} />
      <Section title="Start">
        <Panel>
          <div className={classes['fields']}>
            <NumberInput label="Wait for devices at most" description="From the order until all are armed" size="xs" suffix=" s" allowDecimal={false} allowNegative={false} clampBehavior="none" step={10} value={draft.armTimeoutSec} onChange={(value) => change({ type: 'set', part: { armTimeoutSec: typeof value === 'number' ? value : '' } })} error={given('options.arm_timeout_sec', draft.armTimeoutSec)} />
            <Switch className={classes['switch']} size="sm" label="Start without devices that are not ready" description="Off: if one device fails, none starts." checked={draft.allowPartial} onChange={(event) => change({ type: 'set', part: { allowPartial: event.currentTarget.checked } })} />
          </div>
        </Panel>
      </Section>
    </>
  );
}
