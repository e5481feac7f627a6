import type { ImportCamerasAnswer } from '@capstan/contracts';
import { Button, SegmentedControl, Select } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { saveText } from '../design/csv';
import { ProblemNotice } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { DocumentField } from '../document-import/document-field';
import { documentProblem, type ImportDocument, toBase64 } from '../document-import/import-document';
import { ImportReport } from '../document-import/import-report';
import { useRuntime } from '../runtime';
import { CAMERAS, useGroups } from './use-cameras';
import classes from './cameras.module.css';

const STEPS = ['Choose', 'Check', 'Done'] as const;
const NOTHING: ImportDocument = { name: '', text: '', format: 'csv' };
const EXAMPLE = `name,rtsp_url,username,password,codec,resolution,fps,location,latitude,longitude
Front door,rtsp://192.168.1.20:554/stream1,viewer,secret,h264,1920x1080,25,Building A,52.5200,13.4050
Yard,rtsp://192.168.1.21:554/stream1,viewer,secret,h265,2560x1440,20,Building A,52.5203,13.4061
`;

/** Many cameras from one document: it is checked row by row before anything is written. */
export function ImportPage() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const groups = useGroups();
  const [document, setDocument] = useState(NOTHING);
  const [group, setGroup] = useState<string | null>(null);
  const [duplicates, setDuplicates] = useState<'skip' | 'update'>('skip');
  const [report, setReport] = useState<ImportCamerasAnswer>();
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
      setReport(await api.call('importCameras', { body: { format: document.format, data: toBase64(document.text), group_id: group ?? undefined, skip_duplicates: duplicates === 'skip', dry_run: dryRun } }));
      if (!dryRun) {
        void queries.invalidateQueries({ queryKey: CAMERAS });
      }
    } catch (error) {
      setReport(undefined);
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const step = report === undefined ? 0 : report.dry_run ? 1 : 2;
  const willWrite = report === undefined ? 0 : report.imported_count + report.updated_count;
  return (
    <Page
      title="Import cameras"
      back={{ to: '/cameras', label: 'Cameras' }}
      description="From CSV or JSON. Every row is checked first, and nothing is written until you say so."
      actions={
        <Button variant="default" onClick={() => saveText(EXAMPLE, 'cameras-example.csv')}>
          Save an example
        </Button>
      }
    >
      <ol className={classes['stepBar']} aria-label="Steps">
        {STEPS.map((label, index) => (
          <li key={label} aria-current={index === step ? 'step' : undefined}>
            {index + 1}. {label}
          </li>
        ))}
      </ol>
      {step === 2 && report !== undefined ? (
        <>
          <ImportReport thing="Camera" report={reportOf(report)} />
          <div className={classes['row']}>
            <Button component={Link} to="/cameras">
              Look at the cameras
            </Button>
            <Button variant="default" onClick={() => changed(setDocument)(NOTHING)}>
              Import another list
            </Button>
          </div>
        </>
      ) : (
        <>
          <Panel>
            <div className={classes['importForm']}>
              <DocumentField document={document} placeholder="name,rtsp_url,username,password,…" onChange={changed(setDocument)} />
              <div className={classes['row']}>
                <Select
                  label="Into the group"
                  size="xs"
                  placeholder="As the rows say"
                  clearable
                  data={(groups.data?.groups ?? []).map(({ id, name }) => ({ value: id, label: name }))}
                  value={group}
                  onChange={changed(setGroup)}
                  clearButtonProps={{ 'aria-label': 'As the rows say' }}
                />
                <div>
                  <div className={classes['label']}>Cameras whose address is known</div>
                  <SegmentedControl
                    aria-label="Cameras whose address is known"
                    size="xs"
                    data={[
                      { value: 'skip', label: 'Leave alone' },
                      { value: 'update', label: 'Update' },
                    ]}
                    value={duplicates}
                    onChange={(value) => changed(setDuplicates)(value as 'skip' | 'update')}
                  />
                </div>
              </div>
              <div className={classes['row']}>
                <Button variant={report === undefined ? 'filled' : 'default'} loading={busy && report === undefined} disabled={documentProblem(document) !== undefined} onClick={() => void run(true)}>
                  Check every row
                </Button>
                {report === undefined ? null : (
                  <Button loading={busy} disabled={willWrite === 0} onClick={() => void run(false)}>
                    {willWrite === 0 ? 'Nothing to import' : `Import ${willWrite === 1 ? '1 camera' : `${willWrite} cameras`}`}
                  </Button>
                )}
              </div>
            </div>
          </Panel>
          {problem === null ? null : <ProblemNotice error={problem} title="The document could not be read" />}
          {report === undefined ? null : <ImportReport thing="Camera" report={reportOf(report)} />}
        </>
      )}
    </Page>
  );
}

function reportOf(report: ImportCamerasAnswer) {
  return { ...report, rows: report.rows.map((row) => ({ ...row, to: row.camera_id === null ? null : `/cameras/${row.camera_id}` })) };
}
