import { Kbd, Modal } from '@mantine/core';
import { SHORTCUTS } from './shortcuts';
import classes from './shell.module.css';

/** What the keyboard can do. */
export function HelpDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard" size="sm">
      <dl className={classes['keys']}>
        {SHORTCUTS.map(({ keys, does }) => (
          <div key={does} className={classes['keyRow']}>
            <dt>{does}</dt>
            <dd>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="muted" style={{ fontSize: 12, lineHeight: '16px', margin: '16px 0 0' }}>
        Everything can be reached with Tab, Enter and Escape. The same actions are in the API, described at <a href="/api/docs">/api/docs</a>.
      </p>
    </Modal>
  );
}
