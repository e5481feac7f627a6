import { Page } from '../design/page';

export function AuditPage() {
  return <Page title="AuditPage">{null}</Page>;
}
