import { Button, Tooltip } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { download } from '../api/download';
import { sayProblem } from '../design/feedback';
import { useMay, useRuntime } from '../runtime';

/** Downloads all captures as one pcapng whose clocks are corrected. */
export function MergedDownload({ id }: { id: string }) {
  const { api } = useRuntime();
  const may = useMay('artifacts:download');
  return (
    <Tooltip label={may ? 'All devices in one pcapng, clocks corrected' : 'Your role may not download captures'}>
      <Button variant="default" leftSection={<IconDownload size={14} aria-hidden />} data-disabled={!may || undefined} aria-disabled={!may} onClick={() => may && void download(api, 'merged', id).catch((error: unknown) => sayProblem('The download did not start', error))}>
        Merged capture
      </Button>
    </Tooltip>
  );
}
