import { Button } from '@mantine/core';
import { Panel, Section } from '../design/page';
import { DEVICE_TYPE_LABELS } from '../live-session/device-icon';
import { CommandPreview } from './command-preview';
import type { Step } from './draft-problems';
import { durationText, filterText } from './draft-text';
import type { DraftControl } from './use-draft';
import { useCaptureChoices } from './use-capture-choices';
import classes from './capture-wizard.module.css';

/** Everything once more, before devices are touched. */
export function ReviewStep({ control, onEdit }: { control: DraftControl; onEdit: (step: Step) => void }) {
  const { draft } = control;
  const { capabilities, credentials } = useCaptureChoices();
  const nameOf = (id: string): string => credentials.data?.find(({ credential_id: known }) => known === id)?.name ?? 'no credential';
  const shared = draft.sharedAccess === 'stored' ? nameOf(draft.sharedCredentialId) : `as ${draft.sharedUsername || '…'}, typed`;
  return (
    <>
      <Section title={`${draft.targets.length} ${draft.targets.length === 1 ? 'target' : 'targets'}`} aside={<Edit onClick={() => onEdit('targets')} what="targets" />}>
        <Panel padded={false}>
          <div className={classes['reviewScroll']} tabIndex={0} role="region" aria-label="Targets">
            <table className={classes['review']}>
              <thead>
                <tr>
                  <th scope="col">Host</th>
                  <th scope="col">Type</th>
                  <th scope="col">Port</th>
                  <th scope="col">Interface</th>
                  <th scope="col">Log in with</th>
                </tr>
              </thead>
              <tbody>
                {draft.targets.map((target) => {
                  const capability = capabilities.data?.find(({ device_type: type }) => type === target.deviceType);
                  return (
                    <tr key={target.key}>
                      <td>{target.host}</td>
                      <td>{DEVICE_TYPE_LABELS[target.deviceType]}</td>
                      <td className="num">{target.port === '' ? capability?.default_port : target.port}</td>
                      <td>{target.interface === '' ? capability?.default_interface : target.interface}</td>
                      <td>{target.access === 'shared' ? shared : target.access === 'stored' ? nameOf(target.credentialId) : `as ${target.username || '…'}, typed`}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        </Panel>
      </Section>
      <Section title="Options" aside={<Edit onClick={() => onEdit('options')} what="options" />}>
        <Panel>
          <dl className={classes['facts']}>
            <dt>Name</dt>
            <dd>{draft.name.trim() === '' ? <span className="muted">given by the server</span> : draft.name}</dd>
            <dt>Runs</dt>
            <dd>{durationText(draft)}</dd>
            <dt>Filter</dt>
            <dd>{filterText(draft)}</dd>
            <dt>Start</dt>
            <dd>
              All together, at most {draft.armTimeoutSec === '' ? '…' : draft.armTimeoutSec} s after the order; {draft.allowPartial ? 'devices that are not ready are left out' : 'all or none'}
            </dd>
          </dl>
        </Panel>
      </Section>
      <CommandPreview control={control} />
    </>
  );
}

function Edit({ onClick, what }: { onClick: () => void; what: string }) {
  return (
    <Button variant="subtle" color="gray" size="compact-xs" onClick={onClick}>
      Edit<span className="visually-hidden"> {what}</span>
    </Button>
  );
}
