import { UnstyledButton } from '@mantine/core';
import { StatusIcon } from './status-badge';
import classes from './step-bar.module.css';

interface StepBarProps<Name extends string> {
  readonly steps: readonly {
    readonly name: Name;
    readonly label: string;
    /** Things to fix; 0 by default. */
    readonly problems?: number;
    readonly disabled?: boolean;
  }[];
  readonly step: Name;
  readonly onStep: (step: Name) => void;
}

/** Where in a wizard one is, and the way to its other steps. */
export function StepBar<Name extends string>({ steps, step, onStep }: StepBarProps<Name>) {
  const at = steps.findIndex(({ name }) => name === step);
  return (
    <ol className={classes['steps']} data-many={steps.length > 3 || undefined} aria-label="Steps">
      {steps.map(({ name, label, problems = 0, disabled = false }, index) => (
        <li key={name}>
          <UnstyledButton className={classes['step']} aria-current={name === step ? 'step' : undefined} disabled={disabled} onClick={() => onStep(name)}>
            <span className={classes['stepNumber']} data-past={index < at || undefined} aria-hidden>
              {index + 1}
            </span>
            <span className={classes['label']}>{label}</span>
            {problems === 0 ? null : (
              <>
                <StatusIcon status="attention" size={14} />
                <span className="visually-hidden">, {problems} to fix</span>
              </>
            )}
          </UnstyledButton>
        </li>
      ))}
    </ol>
  );
}
