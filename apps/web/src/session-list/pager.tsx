import { ActionIcon, Select } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { formatCount } from '../design/format';
import { PAGE_SIZES } from './list-filter';
import classes from './session-list.module.css';

interface PagerProps {
  readonly page: number;
  readonly perPage: number;
  /** Undefined until it is known: the pager then takes its place unseen. */
  readonly total: number | undefined;
  readonly note?: string;
  readonly onPage: (page: number) => void;
  readonly onPerPage?: (perPage: number) => void;
}

/** Where in a list one is, and the way through it. Takes its place before the list is there. */
export function Pager({ page, perPage, total: known, note, onPage, onPerPage }: PagerProps) {
  const total = known ?? 0;
  const last = Math.max(1, Math.ceil(total / perPage));
  return (
    <nav className={classes['pager']} aria-label="Pages" style={known === undefined ? { visibility: 'hidden' } : undefined}>
      <span className="num" role="status">
        {total === 0 ? ' ' : `${formatCount((page - 1) * perPage + 1)}–${formatCount(Math.min(page * perPage, total))} of ${formatCount(total)}`}
        {note === undefined ? '' : ` · ${note}`}
      </span>
      <span className={classes['pagerControls']}>
        {onPerPage === undefined ? null : (
          <Select aria-label="Rows per page" size="xs" w={104} allowDeselect={false} data={PAGE_SIZES.map((size) => ({ value: String(size), label: `${size} rows` }))} value={String(perPage)} onChange={(size) => onPerPage(Number(size))} />
        )}
        <ActionIcon variant="default" size={30} aria-label="Previous page" disabled={page <= 1} onClick={() => onPage(page - 1)}>
          <IconChevronLeft size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="default" size={30} aria-label="Next page" disabled={page >= last} onClick={() => onPage(page + 1)}>
          <IconChevronRight size={16} aria-hidden />
        </ActionIcon>
      </span>
    </nav>
  );
}
