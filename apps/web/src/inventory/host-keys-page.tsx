import { Page } from '../design/page';

export function HostKeysPage() {
  return <Page title="HostKeysPage">{null}</Page>;
}
