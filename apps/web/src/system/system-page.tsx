import { Page } from '../design/page';

export function SystemPage() {
  return <Page title="SystemPage">{null}</Page>;
}
