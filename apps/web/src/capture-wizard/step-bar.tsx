import { UnstyledButton } from '@mantine/core';
import { StatusIcon } from '../design/status-badge';
import { type Step, STEPS } from './draft-problems';
import classes from './capture-wizard.module.css';

const LABELS: Record<Step, string> = { targets: 'Targets', options: 'Options', review: 'Review' };

/** Where in the wizard one is; each step can be gone to. */
export function StepBar({ step, problems, onStep }: { step: Step; problems: Record<Step, number>; onStep: (step: Step) => void }) {
  const at = STEPS.indexOf(step);
  return (
    <ol className={classes['steps']} aria-label="Steps">
      {STEPS.map((name, index) => (
        <li key={name}>
          <UnstyledButton className={classes['step']} aria-current={name === step ? 'step' : undefined} onClick={() => onStep(name)}>
            <span className={classes['stepNumber']} data-past={index < at || undefined} aria-hidden>
              {index + 1}
            </span>
            {LABELS[name]}
            {problems[name] === 0 ? null : (
              <>
                <StatusIcon status="attention" size={14} />
                <span className="visually-hidden">, {problems[name]} to fix</span>
              </>
            )}
          </UnstyledButton>
        </li>
      ))}
    </ol>
  );
}
