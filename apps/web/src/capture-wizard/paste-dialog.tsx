import type { CaptureDeviceType } from '@capstan/contracts';
import { Button, Modal, Select, Textarea } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { DraftTarget } from './draft';
import { parseHosts } from './paste-hosts';
import type { TypeChoice } from './use-capture-choices';
import { newTarget } from './use-draft';
import classes from './capture-wizard.module.css';

interface PasteDialogProps {
  readonly opened: boolean;
  readonly choices: TypeChoice[];
  readonly onAdd: (targets: readonly DraftTarget[]) => void;
  readonly onClose: () => void;
}

/** Adds many devices from text. */
export function PasteDialog({ opened, choices, onAdd, onClose }: PasteDialogProps) {
  const [text, setText] = useState('');
  const [deviceType, setDeviceType] = useState<CaptureDeviceType>('linux');
  const hosts = useMemo(() => parseHosts(text), [text]);
  const wrong = hosts.filter(({ problem }) => problem !== undefined);
  return (
    <Modal opened={opened} onClose={onClose} title="Paste many devices" size="lg">
      <form
        className={classes['dialog']}
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          if (hosts.length > 0 && wrong.length === 0) {
            onAdd(hosts.map((pasted) => newTarget({ deviceType: pasted.deviceType ?? deviceType, host: pasted.host, port: pasted.port, interface: pasted.interface })));
            setText('');
            onClose();
          }
        }}
      >
        <Select label="Device type where a line names none" size="xs" allowDeselect={false} data={choices} value={deviceType} onChange={(value) => value !== null && setDeviceType(value as CaptureDeviceType)} />
        <Textarea
          data-autofocus
          label="Hosts"
          description="One a line, or separated by commas: host, host:port or [IPv6]:port. In front of it the type (cucm, cube, csr1000v, expressway, linux), behind it an interface that is not the default."
          placeholder={'cucm 10.20.0.14\ncube edge-2.lab:2222 GigabitEthernet2\nexpressway exp-1.lab\nedge-1.lab eth1'}
          autosize
          minRows={8}
          maxRows={16}
          spellCheck={false}
          classNames={{ input: 'mono' }}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={wrong.length === 0 ? undefined : wrong.slice(0, 5).map(({ line, host, problem }) => `Line ${line}: ${host} ${problem ?? ''}`).join('\n')}
          styles={{ error: { whiteSpace: 'pre-line' } }}
        />
        <div className={classes['dialogButtons']}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" disabled={hosts.length === 0 || wrong.length > 0}>
            {hosts.length === 0 ? 'Add' : hosts.length === 1 ? 'Add 1 device' : `Add ${hosts.length} devices`}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
