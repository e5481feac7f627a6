import { Button, Modal, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';

interface ConfirmDialogProps {
  readonly opened: boolean;
  readonly title: string;
  readonly children: ReactNode;
  readonly confirm: string;
  /** What has to be typed before the button works; for what destroys. */
  readonly typed?: string;
  readonly danger?: boolean;
  readonly busy?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something is done that cannot be undone. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} size="md">
      <ConfirmForm {...props} />
    </Modal>
  );
}

function ConfirmForm({ children, confirm, typed, danger, busy, onConfirm, onClose }: ConfirmDialogProps) {
  const [text, setText] = useState('');
  const allowed = typed === undefined || text.trim() === typed;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (allowed) {
          onConfirm();
        }
      }}
    >
      <div style={{ display: 'flex', flexDirection: 'column', gap: 16 }}>
        <div style={{ fontSize: 13, lineHeight: '20px' }}>{children}</div>
        {typed === undefined ? null : (
          <TextInput
            data-autofocus
            label={
              <>
                Type <code className="mono">{typed}</code> to confirm
              </>
            }
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
          />
        )}
        <div style={{ display: 'flex', justifyContent: 'flex-end', gap: 8 }}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" color={danger === true ? 'red' : undefined} disabled={!allowed} loading={busy} data-autofocus={typed === undefined ? true : undefined}>
            {confirm}
          </Button>
        </div>
      </div>
    </form>
  );
}
