import { Button } from '@mantine/core';
import { IconArrowRight, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { newKey } from '../api/new-key';
import { asProblem } from '../api/problem';
import { Empty, ProblemNotice, say } from '../design/feedback';
import { Page } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { bodyOf, chosenOf, type CollectionDraft, EMPTY_DRAFT, loadDraft, NO_SECRETS, optionProblems, saveDraft, selectionProblem } from './collection-draft';
import { CollectionSteps } from './collection-steps';
import { CollectionSummary } from './collection-summary';
import { OptionsStep } from './options-step';
import { SelectStep } from './select-step';
import { useCollectionChoices } from './use-collection-choices';
import classes from './collection.module.css';

/** The first two of four steps; the other two belong to the job that is started. */
export function CollectionWizardPage() {
  const mayStart = useMay('sessions:write');
  return mayStart ? (
    <Wizard />
  ) : (
    <Page title="New collection">
      <Empty title="Your role may not start collections">Operators and administrators can. Ask one of them, or look at what was collected.</Empty>
    </Page>
  );
}

function Wizard() {
  const { api } = useRuntime();
  const navigate = useNavigate();
  const location = useLocation();
  const [search, setSearch] = useSearchParams();
  const picked = (location.state as { picked?: readonly string[] } | null)?.picked;
  const [draft, setDraft] = useState<CollectionDraft>(() => (picked === undefined ? loadDraft(window.sessionStorage) : { ...loadDraft(window.sessionStorage), vendor: '', site: '', role: '', excluded: [], picked }));
  const [secrets, setSecrets] = useState(NO_SECRETS);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const order = useRef<{ body: string; key: string }>({ body: '', key: '' });
  const { devices, typeNames } = useCollectionChoices(draft);
  const matching = useMemo(() => devices.data?.devices ?? [], [devices.data]);
  const chosen = useMemo(() => chosenOf(matching, draft), [matching, draft]);
  const step = search.get('step') === 'options' && selectionProblem(draft, devices.data === undefined ? 1 : chosen.length) === undefined ? 'options' : 'select';
  useEffect(() => saveDraft(window.sessionStorage, draft === EMPTY_DRAFT ? undefined : draft), [draft]);
  useEffect(() => setFailure(undefined), [draft, secrets]);
  const change = (part: Partial<CollectionDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const show = (next: 'select' | 'options'): void => {
    setTried(false);
    setSearch(next === 'select' ? {} : { step: next });
  };
  const stuck = selectionProblem(draft, chosen.length);
  const problems = optionProblems(draft, secrets);

  const start = async (): Promise<void> => {
    setTried(true);
    if (Object.keys(problems).length > 0) {
      return;
    }
    const body = bodyOf(draft, secrets, chosen.map(({ id }) => id));
    const text = JSON.stringify(body);
    // A second press after a lost answer is the same order; a changed form is another one.
    if (order.current.body !== text) {
      order.current = { body: text, key: newKey() };
    }
    setBusy(true);
    setFailure(undefined);
    try {
      const { job_id: jobId } = await api.call('startCollection', { body, idempotencyKey: order.current.key });
      saveDraft(window.sessionStorage, undefined);
      await navigate(`/collection/${jobId}`);
    } catch (error) {
      setFailure(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <Page
      title="New collection"
      back={{ to: '/collection', label: 'Collection' }}
      actions={
        draft === EMPTY_DRAFT ? undefined : (
          <Button
            variant="subtle"
            color="gray"
            onClick={() => {
              setDraft(EMPTY_DRAFT);
              setSecrets(NO_SECRETS);
              show('select');
              say('The draft is cleared');
            }}
          >
            Clear draft
          </Button>
        )
      }
    >
      <CollectionSteps step={step} onStep={(next) => (next === 'select' ? show('select') : stuck === undefined ? show('options') : setTried(true))} />
      <form
        className={classes['columns']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (step === 'options') {
            void start();
          } else if (stuck === undefined) {
            show('options');
          } else {
            setTried(true);
          }
        }}
      >
        <div className={classes['main']}>
          {devices.isError ? <ProblemNotice error={devices.error} retry={() => void devices.refetch()} title="The devices could not be loaded" /> : null}
          {step === 'select' ? (
            <SelectStep draft={draft} devices={devices.data?.devices} typeNames={typeNames} onChange={change} onRefresh={() => void devices.refetch()} refreshing={devices.isFetching} />
          ) : (
            <OptionsStep draft={draft} secrets={secrets} problems={tried ? problems : {}} onChange={change} onSecrets={setSecrets} />
          )}
          {tried && step === 'select' && stuck !== undefined ? (
            <p className={classes['problem']} role="alert">
              {stuck}
            </p>
          ) : null}
          {failure === undefined ? null : <ProblemNotice error={failure} title="The collection was not started" />}
          <div className={classes['buttons']}>
            {step === 'options' ? (
              <Button variant="default" size="sm" onClick={() => show('select')}>
                Back
              </Button>
            ) : null}
            <Button type="submit" size="sm" loading={busy} leftSection={step === 'options' ? <IconPlayerPlayFilled size={14} aria-hidden /> : undefined} rightSection={step === 'options' ? undefined : <IconArrowRight size={14} aria-hidden />}>
              {step === 'options' ? 'Start collection' : 'Options'}
            </Button>
          </div>
        </div>
        <CollectionSummary draft={draft} devices={devices.data === undefined ? undefined : chosen.length} />
      </form>
    </Page>
  );
}
