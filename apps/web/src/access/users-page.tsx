import { Page } from '../design/page';

export function UsersPage() {
  return <Page title="UsersPage">{null}</Page>;
}
