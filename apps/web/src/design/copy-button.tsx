import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { copyText } from './clipboard';
import { sayProblem } from './feedback';

function useCopied(): [boolean, (value: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) {
      return undefined;
    }
    const timer = window.setTimeout(() => setCopied(false), 1_500);
    return () => window.clearTimeout(timer);
  }, [copied]);
  return [copied, (value) => void copyText(value).then(() => setCopied(true), (error: unknown) => sayProblem('Nothing was copied', error))];
}

/** A small icon that copies `value`; `label` says what. */
export function CopyIcon({ value, label }: { value: string; label: string }) {
  const [copied, copy] = useCopied();
  return (
    <Tooltip label={copied ? 'Copied' : label}>
      <ActionIcon variant="subtle" color="gray" size={24} aria-label={label} onClick={() => copy(value)}>
        {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}

/** A button that copies `value`. */
export function CopyButton({ value, children }: { value: string; children: string }) {
  const [copied, copy] = useCopied();
  return (
    <Button variant="default" leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />} onClick={() => copy(value)}>
      {copied ? 'Copied' : children}
    </Button>
  );
}
