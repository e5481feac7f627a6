import { StepBar as Bar } from '../design/step-bar';
import { type Step, STEPS } from './draft-problems';

const LABELS: Record<Step, string> = { targets: 'Targets', options: 'Options', review: 'Review' };

/** Where in the wizard one is; each step can be gone to. */
export function StepBar({ step, problems, onStep }: { step: Step; problems: Record<Step, number>; onStep: (step: Step) => void }) {
  return <Bar steps={STEPS.map((name) => ({ name, label: LABELS[name], problems: problems[name] }))} step={step} onStep={onStep} />;
}
