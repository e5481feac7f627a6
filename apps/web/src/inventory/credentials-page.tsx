import { Page } from '../design/page';

export function CredentialsPage() {
  return <Page title="CredentialsPage">{null}</Page>;
}
