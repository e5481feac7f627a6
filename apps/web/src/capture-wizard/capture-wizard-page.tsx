import { Page } from '../design/page';

export function CaptureWizardPage() {
  return <Page title="CaptureWizardPage">{null}</Page>;
}
