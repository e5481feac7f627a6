import type { CaptureDiff } from '@capstan/contracts';
import { valueText } from './row-text';
import classes from './diff.module.css';

/** Rows that came and went, and fields that changed. */
export function RowDiff({ rows: { added, removed, modified } }: { rows: CaptureDiff['rows'] }) {
  return (
    <ul className={classes['rows']}>
      {modified.map(({ key, field, old, new: now }) => (
        <li key={`${key}/${field}`}>
          <span className={classes['field']}>{key === 'device' ? field : `${key.split('|')[0] ?? key} · ${field}`}</span> <del>{valueText(old)}</del> → <ins>{valueText(now)}</ins>
        </li>
      ))}
      {removed.map((row, index) => (
        <li key={`removed ${index}`}>
          <span className={classes['minus']}>−</span> <del>{rowText(row)}</del>
        </li>
      ))}
      {added.map((row, index) => (
        <li key={`added ${index}`}>
          <span className={classes['plus']}>+</span> <ins>{rowText(row)}</ins>
        </li>
      ))}
    </ul>
  );
}

function rowText(row: Readonly<Record<string, unknown>>): string {
  return Object.entries(row)
    .filter(([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(' · ');
}
