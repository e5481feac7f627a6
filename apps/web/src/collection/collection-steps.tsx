import { StepBar } from '../design/step-bar';

/** Steps of a collection, in their order. */
export type CollectionStep = 'select' | 'options' | 'collecting' | 'complete';

const STEPS = [
  { name: 'select', label: 'Select devices & commands' },
  { name: 'options', label: 'Options' },
  { name: 'collecting', label: 'Collecting' },
  { name: 'complete', label: 'Complete' },
] as const;

/** Where in a collection one is. What is behind a start cannot be gone back to, what is before it not ahead. */
export function CollectionSteps({ step, reachable, onStep }: { step: CollectionStep; reachable?: readonly CollectionStep[]; onStep: (step: CollectionStep) => void }) {
  const started = step === 'collecting' || step === 'complete';
  const open = reachable ?? (started ? ['collecting'] : ['select', 'options']);
  return <StepBar steps={STEPS.map(({ name, label }) => ({ name, label, disabled: !open.includes(name) && name !== step }))} step={step} onStep={onStep} />;
}
