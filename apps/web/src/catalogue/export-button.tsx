import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { saveText } from '../design/csv';
import { sayProblem } from '../design/feedback';
import { useRuntime } from '../runtime';

interface ExportButtonProps {
  /** Below `/api/v1`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | number | undefined>>;
  readonly disabled: boolean;
}

/** Everything that matches as a file. */
export function ExportButton({ path, query, disabled }: ExportButtonProps) {
  const { keeper, clock } = useRuntime();
  const [busy, setBusy] = useState(false);
  const run = async (format: 'csv' | 'json'): Promise<void> => {
    setBusy(true);
    try {
      const { page: _page, per_page: _perPage, ...filters } = query;
      const search = new URLSearchParams(Object.entries({ ...filters, format }).flatMap(([name, value]) => (value === undefined || String(value) === '' ? [] : [[name, String(value)]])));
      const token = await keeper.current();
      const response = await fetch(`/api/v1${path}?${search.toString()}`, { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } });
      if (!response.ok) {
        throw new Error(`The server answered ${response.status}`);
      }
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      saveText(await response.text(), `capstan-${path.split('/')[1] ?? 'export'}-${day}.${format}`, format === 'csv' ? 'text/csv' : 'application/json');
    } catch (error) {
      sayProblem('The export did not finish', error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={14} aria-hidden />} loading={busy} disabled={disabled}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void run('csv')}>CSV</Menu.Item>
        <Menu.Item onClick={() => void run('json')}>JSON</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
