import type { ImportCamerasAnswer } from '@capstan/contracts';
import { Button, FileButton, SegmentedControl, Select, Textarea } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type DragEvent, useState } from 'react';
import { Link } from 'react-router';
import { saveText } from '../design/csv';
import { ProblemNotice } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { useRuntime } from '../runtime';
import { documentProblem, EXAMPLE_CSV, formatOf, type ImportDocument, toBase64 } from './import-document';
import { ImportReport } from './import-report';
import { CAMERAS, useGroups } from './use-cameras';
import classes from './cameras.module.css';

const STEPS = ['Choose', 'Check', 'Done'] as const;

/** Many cameras from one document: it is checked row by row before anything is written. */
export function ImportPage() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const groups = useGroups();
  const [document, setDocument] = useState<ImportDocument>({ name: '', text: '', format: 'csv' });
  const [group, setGroup] = useState<string | null>(null);
  const [duplicates, setDuplicates] = useState<'skip' | 'update'>('skip');
  const [report, setReport] = useState<ImportCamerasAnswer>();
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const take = (name: string, text: string): void => {
    setDocument({ name, text, format: formatOf(name, text) });
    setReport(undefined);
    setProblem(null);
  };
  const read = (file: File | null | undefined): void => {
    if (file !== null && file !== undefined) {
      void file.text().then((text) => take(file.name, text));
    }
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    read(event.dataTransfer.files[0]);
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
  const wrong = document.text === '' ? undefined : documentProblem(document);
  const step = report === undefined ? 0 : report.dry_run ? 1 : 2;
  const willWrite = report === undefined ? 0 : report.imported_count + report.updated_count;
  return (
    <Page
      title="Import cameras"
      back={{ to: '/cameras', label: 'Cameras' }}
      description="From CSV or JSON. Every row is checked first, and nothing is written until you say so."
      actions={
        <Button variant="default" onClick={() => saveText(EXAMPLE_CSV, 'cameras-example.csv')}>
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
          <ImportReport report={report} />
          <div className={classes['row']}>
            <Button component={Link} to="/cameras">
              Look at the cameras
            </Button>
            <Button variant="default" onClick={() => take('', '')}>
              Import another list
            </Button>
          </div>
        </>
      ) : (
        <>
          <Panel>
            <div className={classes['importForm']} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
              <div className={classes['row']}>
                <FileButton accept=".csv,.json,text/csv,application/json" onChange={read}>
                  {(props) => (
                    <Button {...props} variant="default" leftSection={<IconUpload size={14} aria-hidden />}>
                      Choose a file
                    </Button>
                  )}
                </FileButton>
                <span className="muted">{document.name === '' ? 'or drop one here, or paste below' : `${document.name}, ${document.format.toUpperCase()}`}</span>
              </div>
              <Textarea label="Document" size="xs" autosize minRows={5} maxRows={12} spellCheck={false} classNames={{ input: classes['mono'] ?? '' }} placeholder="name,rtsp_url,username,password,…" value={document.text} error={wrong} onChange={(event) => take(document.name, event.currentTarget.value)} />
              <div className={classes['row']}>
                <Select
                  label="Into the group"
                  size="xs"
                  placeholder="As the rows say"
                  clearable
                  data={(groups.data?.groups ?? []).map(({ id, name }) => ({ value: id, label: name }))}
                  value={group}
                  onChange={(id) => {
                    setGroup(id);
                    setReport(undefined);
                  }}
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
                    onChange={(value) => {
                      setDuplicates(value as 'skip' | 'update');
                      setReport(undefined);
                    }}
                  />
                </div>
              </div>
              <div className={classes['row']}>
                <Button variant={report === undefined ? 'filled' : 'default'} loading={busy && report === undefined} disabled={document.text.trim() === '' || wrong !== undefined} onClick={() => void run(true)}>
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
          {report === undefined ? null : <ImportReport report={report} />}
        </>
      )}
    </Page>
  );
}
