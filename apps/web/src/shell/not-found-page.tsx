import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { Page } from '../design/page';
import { Empty } from '../design/feedback';

/** An address that leads nowhere. */
export function NotFoundPage() {
  return (
    <Page title="Not found">
      <Empty
        title="There is nothing at this address"
        action={
          <Button component={Link} to="/sessions" variant="default">
            Go to Sessions
          </Button>
        }
      >
        The link may be old, or the session was deleted.
      </Empty>
    </Page>
  );
}
