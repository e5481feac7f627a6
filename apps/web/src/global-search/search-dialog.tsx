import { Kbd, Modal } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import type { Found } from './found';
import { stepped } from './found';
import { useFound } from './use-found';
import classes from './search-dialog.module.css';

/** One field for everything that has a name: sessions, devices, cameras, receivers and pages. */
export function SearchDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 150);
  const { groups, busy, failed } = useFound(asked);
  const [at, setAt] = useState(0);
  const items = groups.flatMap((group) => group.items);
  const chosen = items[Math.min(at, items.length - 1)];
  const pending = busy || text.trim() !== asked;
  const [eager, setEager] = useState(false);
  const optionId = ({ key }: Found): string => `${id}-${items.findIndex((item) => item.key === key)}`;
  useEffect(() => setAt(0), [asked]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const go = (found: Found): void => {
    onClose();
    void navigate(found.to);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setAt(stepped(Math.min(at, items.length - 1), event.key === 'ArrowDown' ? 1 : -1, items.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      setEager(true);
    }
  };
  // Who types fast and presses Enter means what will be found, not what was found for half of the word.
  useEffect(() => {
    if (eager && !pending) {
      setEager(false);
      if (chosen !== undefined) {
        onClose();
        void navigate(chosen.to);
      }
    }
  }, [eager, pending, chosen, navigate, onClose]);
  return (
    <Modal.Root opened onClose={onClose} size={600} yOffset="12vh" centered={false}>
      <Modal.Overlay backgroundOpacity={0.5} />
      <Modal.Content aria-label="Find anything">
        <div className={classes['head']}>
          <IconSearch size={18} aria-hidden />
          <input
            data-autofocus
            className={classes['field']}
            type="text"
            role="combobox"
            aria-label="Find anything"
            aria-expanded={items.length > 0}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={chosen === undefined ? undefined : optionId(chosen)}
            placeholder="Session, device, camera, receiver or page"
            autoComplete="off"
            spellCheck={false}
            maxLength={100}
            value={text}
            onChange={(event) => {
              setEager(false);
              setText(event.currentTarget.value);
            }}
            onKeyDown={onKey}
          />
          <Kbd size="xs">Esc</Kbd>
        </div>
        <p role="status" className={items.length > 0 || asked === '' ? 'visually-hidden' : classes['none']}>
          {asked === '' ? '' : pending ? 'Looking…' : items.length === 0 ? `Nothing is called “${asked}”.` : `${items.length} found`}
        </p>
        <div id={`${id}-list`} ref={list} role="listbox" aria-label="Found" className={classes['list']} aria-busy={pending} tabIndex={-1}>
          {groups.map(({ label, items: found }) => (
            <div key={label} role="group" aria-labelledby={`${id}-${label}`}>
              <div id={`${id}-${label}`} className={classes['heading']}>
                {label}
              </div>
              {found.map((item) => (
                <div key={item.key} id={optionId(item)} role="option" aria-selected={item === chosen} className={classes['option']} onMouseMove={() => setAt(items.indexOf(item))} onClick={() => go(item)}>
                  <span className={classes['label']}>{item.label}</span>
                  <span className={classes['detail']}>{item.detail}</span>
                </div>
              ))}
            </div>
          ))}
        </div>
        {failed.length === 0 ? null : <p className={classes['failed']}>{failed.join(', ')} could not be looked through now.</p>}
      </Modal.Content>
    </Modal.Root>
  );
}
