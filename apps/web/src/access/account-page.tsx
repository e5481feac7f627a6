import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { Page, Panel, Section } from '../design/page';
import { TimeText } from '../design/time-text';
import { useUser } from '../runtime';
import { PasswordForm } from './password-form';
import { ROLE_LABELS } from './roles';
import classes from './access.module.css';

/** The signed-in user's own things. */
export function AccountPage() {
  const user = useUser();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Page title="Account">
      <div className={classes['accountGrid']}>
        <Section title="Change password">
          <Panel>
            <PasswordForm currentLabel="Current password" submit="Change password" />
          </Panel>
        </Section>
        <Section title="You">
          <Panel>
            <dl className={classes['facts']}>
              <dt>Name</dt>
              <dd>{user.display_name}</dd>
              <dt>User name</dt>
              <dd>{user.username}</dd>
              <dt>Role</dt>
              <dd>{ROLE_LABELS[user.role]}</dd>
              <dt>Last sign-in</dt>
              <dd>{user.last_sign_in_at === null ? 'this one' : <TimeText iso={user.last_sign_in_at} />}</dd>
              <dt id="appearance">Appearance</dt>
              <dd>
                <SegmentedControl
                  size="xs"
                  aria-labelledby="appearance"
                  data={[
                    { value: 'auto', label: 'System' },
                    { value: 'light', label: 'Light' },
                    { value: 'dark', label: 'Dark' },
                  ]}
                  value={colorScheme}
                  onChange={(value) => setColorScheme(value as 'auto' | 'light' | 'dark')}
                />
              </dd>
            </dl>
          </Panel>
        </Section>
      </div>
    </Page>
  );
}
