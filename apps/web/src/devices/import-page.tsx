import type { ImportDevicesAnswer } from '@capstan/contracts';
import { Autocomplete, Button, SegmentedControl, Select, Switch } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { CredentialSelect } from '../capture-wizard/credential-select';
import { saveText } from '../design/csv';
import { ProblemNotice } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { DocumentField } from '../document-import/document-field';
import { documentProblem, type ImportDocument, toBase64 } from '../document-import/import-document';
import { ImportReport } from '../document-import/import-report';
import { useRuntime } from '../runtime';
import { DEVICES, useDeviceFacets } from './use-devices';
import classes from './devices.module.css';

const NOTHING: ImportDocument = { name: '', text: '', format: 'csv' };
const EXAMPLE = `name,address,port,platform,site,role,credential,jump_host,tags
bastion-1,10.20.0.5,22,linux,ams,bastion,jump login,,
core-1,10.20.1.1,22,cisco_ios,ams,core,lab login,bastion-1,production;core
edge-1,10.20.1.9,22,,ams,edge,lab login,bastion-1,production
`;

/** Many devices from one document: it is checked row by row before anything is written. */
export function DeviceImportPage() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const facets = useDeviceFacets();
  const credentials = useQuery({ queryKey: ['credentials', 'choices'], queryFn: ({ signal }) => api.call('listCredentials', { query: { per_page: 100 }, signal }) });
  const [document, setDocument] = useState(NOTHING);
  const [duplicates, setDuplicates] = useState<'skip' | 'update'>('skip');
  const [whole, setWhole] = useState(false);
  const [credential, setCredential] = useState('');
  const [platform, setPlatform] = useState('');
  const [site, setSite] = useState('');
  const [report, setReport] = useState<ImportDevicesAnswer>();
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  /** What was checked is not what would be written any more. */
  const changed = <T,>(set: (value: T) => void) => (value: T): void => {
    set(value);
    setReport(undefined);
    setProblem(null);
  };
  const run = async (dryRun: boolean): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const defaults = { ...(credential === '' ? {} : { credential_id: credential }), ...(platform === '' ? {} : { platform }), ...(site.trim() === '' ? {} : { site: site.trim() }) };
      setReport(await api.call('importDevices', { body: { format: document.format, data: toBase64(document.text), skip_duplicates: duplicates === 'skip', all_or_nothing: whole, dry_run: dryRun, defaults } }));
      if (!dryRun) {
        void queries.invalidateQueries({ queryKey: DEVICES });
      }
    } catch (error) {
      setReport(undefined);
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const willWrite = report === undefined ? 0 : report.imported_count + report.updated_count;
  const done = report !== undefined && !report.dry_run && report.success;
  return (
    <Page
      title="Import devices"
      back={{ to: '/inventory/devices', label: 'Devices' }}
      description="From CSV or JSON. Every row is checked first, and nothing is written until you say so. Credentials and jump hosts are written by their names; secrets have no column."
      actions={
        <Button variant="default" onClick={() => saveText(EXAMPLE, 'devices-example.csv')}>
          Save an example
        </Button>
      }
    >
      {done ? (
        <div className={classes['rowOf']}>
          <Button component={Link} to="/inventory/devices">
            Look at the devices
          </Button>
          <Button variant="default" onClick={() => changed(setDocument)(NOTHING)}>
            Import another list
          </Button>
        </div>
      ) : (
        <Panel>
          <div className={classes['form']}>
            <DocumentField document={document} placeholder="name,address,port,platform,site,role,credential,jump_host,tags" onChange={changed(setDocument)} />
            <fieldset className={classes['defaults']}>
              <legend>For rows that do not say otherwise</legend>
              <CredentialSelect label="Credential" clearable credentials={credentials.data?.credentials} value={credential} onChange={changed(setCredential)} />
              <Select label="Platform" size="xs" searchable clearable clearButtonProps={{ 'aria-label': 'Unknown platform' }} placeholder="Unknown" data={(facets.data?.known_platforms ?? []).map(({ name, title }) => ({ value: name, label: title }))} value={platform === '' ? null : platform} onChange={(value) => changed(setPlatform)(value ?? '')} />
              <Autocomplete label="Site" size="xs" maxLength={100} data={(facets.data?.sites ?? []).map(({ value }) => value)} value={site} onChange={changed(setSite)} />
            </fieldset>
            <div className={classes['rowOf']}>
              <span className={classes['label']}>Devices whose name is known</span>
              <SegmentedControl
                aria-label="Devices whose name is known"
                size="xs"
                data={[
                  { value: 'skip', label: 'Leave alone' },
                  { value: 'update', label: 'Update' },
                ]}
                value={duplicates}
                onChange={(value) => changed(setDuplicates)(value as 'skip' | 'update')}
              />
              <Switch size="xs" label="All or nothing" checked={whole} onChange={(event) => changed(setWhole)(event.currentTarget.checked)} />
            </div>
            <div className={classes['rowOf']}>
              <Button variant={report === undefined ? 'filled' : 'default'} loading={busy && report === undefined} disabled={documentProblem(document) !== undefined} onClick={() => void run(true)}>
                Check every row
              </Button>
              {report === undefined || !report.dry_run ? null : (
                <Button loading={busy} disabled={willWrite === 0} onClick={() => void run(false)}>
                  {willWrite === 0 ? 'Nothing to import' : willWrite === 1 ? 'Import 1 device' : `Import ${willWrite} devices`}
                </Button>
              )}
            </div>
          </div>
        </Panel>
      )}
      {problem === null ? null : <ProblemNotice error={problem} title="The document could not be imported" />}
      {report === undefined ? null : <ImportReport thing="Device" report={{ ...report, rows: report.rows.map((row) => ({ ...row, to: row.device_id === null ? null : `/inventory/devices/${row.device_id}` })) }} />}
    </Page>
  );
}
