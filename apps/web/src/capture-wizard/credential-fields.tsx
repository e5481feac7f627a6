import type { CredentialView } from '@capstan/contracts';
import { PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { CredentialSelect } from './credential-select';
import type { Access } from './draft';
import classes from './capture-wizard.module.css';

interface CredentialFieldsProps<A extends Access> {
  readonly idPrefix: string;
  readonly access: A;
  readonly credentialId: string;
  readonly username: string;
  readonly password: string;
  readonly credentials: readonly CredentialView[] | undefined;
  /** Whether what is missing is said. */
  readonly show: boolean;
  /** Offers the session's own credentials as a third way. */
  readonly allowShared?: boolean;
  readonly onChange: (part: { access?: A; credentialId?: string; username?: string }) => void;
  readonly onPassword: (value: string) => void;
}

/** Stored credentials, or a user name and a password for this session only. */
export function CredentialFields<A extends Access>({ idPrefix, access, credentialId, username, password, credentials, show, allowShared = false, onChange, onPassword }: CredentialFieldsProps<A>) {
  const ways = [...(allowShared ? [{ value: 'shared', label: 'Same as all' }] : []), { value: 'stored', label: 'Stored' }, { value: 'typed', label: 'Type in' }];
  return (
    <div className={classes['access']}>
      <SegmentedControl size="xs" aria-label="How to log in" data={ways} value={access} onChange={(value) => onChange({ access: value as A })} />
      {access === 'stored' ? (
        <div className={classes['wide']}>
          <CredentialSelect label="Stored credential" credentials={credentials} value={credentialId} onChange={(id) => onChange({ credentialId: id })} error={show && credentialId === '' ? 'is needed, unless each device has its own' : undefined} />
        </div>
      ) : null}
      {access === 'typed' ? (
        <>
          <TextInput label="User name" size="xs" name={`${idPrefix}-device-username`} autoComplete="off" spellCheck={false} autoCapitalize="none" value={username} onChange={(event) => onChange({ username: event.currentTarget.value })} error={show && username.trim() === '' ? 'is needed' : undefined} />
          <PasswordInput label="Password" size="xs" name={`${idPrefix}-device-password`} autoComplete="new-password" value={password} onChange={(event) => onPassword(event.currentTarget.value)} error={show && password === '' ? 'is needed; passwords are never kept in the browser' : undefined} />
          <p className={classes['hint']}>Encrypted at once, used for this session only, deleted with it.</p>
        </>
      ) : null}
    </div>
  );
}
