import { Button } from '@mantine/core';
import { IconArrowRight, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { newKey } from '../api/new-key';
import { asProblem } from '../api/problem';
import { Empty, ProblemNotice, say } from '../design/feedback';
import { Page } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { EMPTY_DRAFT } from './draft';
import { type Step, stepOf, STEPS } from './draft-problems';
import { OptionsStep } from './options-step';
import { ReviewStep } from './review-step';
import { StepBar } from './step-bar';
import { Summary } from './summary';
import { TargetsStep } from './targets-step';
import { useCaptureChoices } from './use-capture-choices';
import { useDraft } from './use-draft';
import classes from './capture-wizard.module.css';

/** Builds a packet capture: targets, options, review. */
export function CaptureWizardPage() {
  const mayStart = useMay('sessions:write');
  return mayStart ? (
    <Wizard />
  ) : (
    <Page title="New capture">
      <Empty title="Your role may not start captures">Operators and administrators can. Ask one of them, or look at what is running on Home.</Empty>
    </Page>
  );
}

function Wizard() {
  const { api } = useRuntime();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const step: Step = STEPS.find((name) => name === search.get('step')) ?? 'targets';
  const { capabilities } = useCaptureChoices();
  const control = useDraft(capabilities.data);
  const { draft, secrets, body, problems, change } = control;
  // Nobody likes a form that complains before it was filled in: a step shows its problems once one has tried to leave it.
  const [tried, setTried] = useState<ReadonlySet<Step>>(() => new Set(step === 'review' ? STEPS : []));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const order = useRef<{ body: string; key: string }>({ body: '', key: '' });

  const of = (which: Step): number => problems.filter(({ path }) => stepOf(path) === which).length;
  const show = (next: Step): void => setSearch((before) => withStep(before, next), { replace: false });
  const go = (next: Step): void => {
    const passed = STEPS.slice(0, STEPS.indexOf(next));
    setTried((before) => new Set([...before, step, ...passed]));
    const stuck = passed.find((earlier) => of(earlier) > 0);
    show(stuck ?? next);
  };
  useEffect(() => setFailure(undefined), [draft, secrets]);

  const start = async (): Promise<void> => {
    if (problems.length > 0) {
      go('review');
      return;
    }
    setBusy(true);
    setFailure(undefined);
    const text = JSON.stringify(body);
    // A second press after a lost answer is the same order; a changed form is another one.
    if (order.current.body !== text) {
      order.current = { body: text, key: newKey() };
    }
    try {
      const { session_id: id } = await api.call('createCaptureSession', { body: body as never, idempotencyKey: order.current.key });
      change({ type: 'clear' });
      await navigate(`/sessions/${id}`);
    } catch (error) {
      const problem = asProblem(error);
      if (problem.fields.length > 0) {
        change({ type: 'refused', problems: problem.fields });
        setTried(new Set(STEPS));
        const first = problem.fields[0];
        show(first === undefined ? 'targets' : stepOf(first.path));
      } else {
        setFailure(error);
      }
      setBusy(false);
    }
  };

  const last = step === 'review';
  return (
    <Page
      title="New capture"
      actions={
        draft === EMPTY_DRAFT ? undefined : (
          <Button
            variant="subtle"
            color="gray"
            onClick={() => {
              change({ type: 'clear' });
              setTried(new Set());
              show('targets');
              say('The draft is cleared');
            }}
          >
            Clear draft
          </Button>
        )
      }
    >
      <StepBar step={step} problems={Object.fromEntries(STEPS.map((name) => [name, tried.has(name) ? of(name) : 0])) as Record<Step, number>} onStep={go} />
      <form
        className={classes['columns']}
        onSubmit={(event) => {
          event.preventDefault();
          if (last) {
            void start();
          } else {
            go(step === 'targets' ? 'options' : 'review');
          }
        }}
        noValidate
      >
        <div className={classes['main']}>
          {step === 'targets' ? <TargetsStep control={control} show={tried.has('targets')} /> : step === 'options' ? <OptionsStep control={control} show={tried.has('options')} /> : <ReviewStep control={control} onEdit={show} />}
          {failure === undefined ? null : <ProblemNotice error={failure} title="The capture was not started" />}
          <div className={classes['buttons']}>
            {step === 'targets' ? null : (
              <Button variant="default" size="sm" onClick={() => show(last ? 'options' : 'targets')}>
                Back
              </Button>
            )}
            <Button type="submit" size="sm" loading={busy} leftSection={last ? <IconPlayerPlayFilled size={14} aria-hidden /> : undefined} rightSection={last ? undefined : <IconArrowRight size={14} aria-hidden />}>
              {last ? 'Start capture' : step === 'targets' ? 'Options' : 'Review'}
            </Button>
          </div>
        </div>
        <Summary control={control} />
      </form>
    </Page>
  );
}

function withStep(search: URLSearchParams, step: Step): URLSearchParams {
  const next = new URLSearchParams(search);
  if (step === 'targets') {
    next.delete('step');
  } else {
    next.set('step', step);
  }
  return next;
}
