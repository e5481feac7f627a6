import { Page } from '../design/page';

export function TokensPage() {
  return <Page title="TokensPage">{null}</Page>;
}
