import { Page } from '../design/page';

export function AccountPage() {
  return <Page title="AccountPage">{null}</Page>;
}
