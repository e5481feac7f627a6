import type { CredentialView } from '@capstan/contracts';
import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { AddCredentialDialog } from '../inventory/add-credential-dialog';
import { useMay } from '../runtime';
import { credentialChoices } from './use-capture-choices';
import classes from './capture-wizard.module.css';

interface CredentialSelectProps {
  readonly label: string;
  readonly description?: string;
  readonly credentials: readonly CredentialView[] | undefined;
  /** Id of the chosen one; empty for none. */
  readonly value: string;
  readonly error?: string;
  readonly clearable?: boolean;
  readonly onChange: (id: string) => void;
}

/** A stored credential, or a new one that is stored on the spot. */
export function CredentialSelect({ label, description, credentials, value, error, clearable = false, onChange }: CredentialSelectProps) {
  const mayStore = useMay('credentials:write');
  const [adding, setAdding] = useState(false);
  const gone = credentials !== undefined && value !== '' && !credentials.some(({ credential_id: id }) => id === value);
  return (
    <div className={classes['credential']}>
      <Select
        label={label}
        description={description}
        size="xs"
        searchable
        clearable={clearable}
        clearButtonProps={{ 'aria-label': `No ${label.toLowerCase()}` }}
        placeholder={credentials?.length === 0 ? 'None is stored yet' : 'Choose'}
        nothingFoundMessage="No credential of this name"
        data={credentialChoices(credentials)}
        value={value === '' || gone ? null : value}
        onChange={(id) => onChange(id ?? '')}
        error={gone ? 'The chosen credential is gone' : error}
      />
      {mayStore ? (
        <Button variant="default" size="xs" onClick={() => setAdding(true)}>
          New<span className="visually-hidden"> credential as {label.toLowerCase()}</span>
        </Button>
      ) : null}
      <AddCredentialDialog opened={adding} onClose={() => setAdding(false)} onStored={({ credential_id: id }) => onChange(id)} />
    </div>
  );
}
