import { UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import classes from './sort-heading.module.css';

/** The heading of a column that sorts: first up, then down. */
export function SortHeading({ label, active, descending, onSort }: { label: string; active: boolean; descending: boolean; onSort: (descending: boolean) => void }) {
  const Arrow = active && descending ? IconArrowDown : IconArrowUp;
  return (
    <UnstyledButton className={classes['sort']} data-active={active} onClick={() => onSort(active && !descending)}>
      {label}
      <Arrow size={12} aria-hidden />
    </UnstyledButton>
  );
}
