import { CloseButton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type Ref, useEffect, useRef, useState } from 'react';

/** Milliseconds of silence after which what was typed counts. */
const TYPED_MS = 250;

interface SearchFieldProps {
  readonly ref?: Ref<HTMLInputElement>;
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A field that narrows a list. What is typed is in `value`, which is the address as a rule, a moment later. */
export function SearchField({ ref, label, placeholder, value, onChange }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) {
      return undefined;
    }
    const timer = window.setTimeout(() => latest.current(text), TYPED_MS);
    return () => window.clearTimeout(timer);
  }, [text, value]);
  return (
    <TextInput
      ref={ref}
      type="search"
      aria-label={label}
      // Gives the keyboard back to the page, whose shortcuts a text field swallows.
      onKeyUp={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      placeholder={placeholder}
      size="xs"
      maxLength={100}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={text === '' ? null : <CloseButton size="xs" aria-label="Clear search" onClick={() => setText('')} />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}
