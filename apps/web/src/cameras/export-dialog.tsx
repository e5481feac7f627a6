import type { GroupView } from '@capstan/contracts';
import { Alert, Button, Checkbox, Modal, SegmentedControl, Select } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { saveText } from '../design/csv';
import { say, sayProblem } from '../design/feedback';
import { fromBase64 } from '../document-import/import-document';
import { useMay, useRuntime } from '../runtime';
import classes from './cameras.module.css';

/** Cameras as a file. */
export function ExportDialog({ opened, groups, onClose }: { opened: boolean; groups: readonly GroupView[]; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Export cameras" size="md">
      <ExportForm groups={groups} onClose={onClose} />
    </Modal>
  );
}

function ExportForm({ groups, onClose }: { groups: readonly GroupView[]; onClose: () => void }) {
  const { api } = useRuntime();
  const maySeeSecrets = useMay('credentials:write');
  const [format, setFormat] = useState<'csv' | 'json'>('csv');
  const [group, setGroup] = useState<string | null>(null);
  const [secrets, setSecrets] = useState(false);
  const [busy, setBusy] = useState(false);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const { data, filename, camera_count: count } = await api.call('exportCameras', { query: { format, include_credentials: secrets ? 'true' : 'false', group_id: group ?? undefined } });
      saveText(fromBase64(data), filename, format === 'csv' ? 'text/csv' : 'application/json');
      say(`${count} cameras exported`);
      onClose();
    } catch (error) {
      sayProblem('Nothing was exported', error);
      setBusy(false);
    }
  };
  return (
    <form className={classes['form']} onSubmit={(event) => void save(event)} aria-label="Export cameras">
      <SegmentedControl
        aria-label="Format"
        size="xs"
        data={[
          { value: 'csv', label: 'CSV' },
          { value: 'json', label: 'JSON' },
        ]}
        value={format}
        onChange={(value) => setFormat(value as 'csv' | 'json')}
      />
      <Select label="Group" size="xs" placeholder="All cameras" clearable data={groups.map(({ id, name }) => ({ value: id, label: name }))} value={group} onChange={setGroup} clearButtonProps={{ 'aria-label': 'All cameras' }} />
      {maySeeSecrets ? <Checkbox size="xs" label="With user names and passwords" checked={secrets} onChange={(event) => setSecrets(event.currentTarget.checked)} /> : null}
      {secrets ? <Alert color="red">The file holds every password in clear. That you exported it is written into the audit log.</Alert> : null}
      <Button type="submit" loading={busy}>
        Save the file
      </Button>
    </form>
  );
}
