import type { CaptureDiff } from '@capstan/contracts';
import { Button, SegmentedControl } from '@mantine/core';
import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { Fragment, type ReactNode, useMemo, useState } from 'react';
import { formatCount } from '../design/format';
import { Empty } from '../design/feedback';
import { TimeText } from '../design/time-text';
import { type DiffRow, diffRows, type SideLine } from './diff-rows';
import { RowDiff } from './row-diff';
import classes from './diff.module.css';

/** Rows drawn at once; a page with more would be slow to scroll. */
const STEP = 1_500;

interface DiffViewProps {
  readonly diff: CaptureDiff;
  /** Whether all lines are in the difference, not only those around changes. */
  readonly whole: boolean;
  /** Asks for all lines. */
  readonly onWhole: () => void;
}

/** What is different between two captures: side by side or in one column, with unchanged lines folded. */
export function DiffView({ diff, whole, onWhole }: DiffViewProps) {
  const narrow = useMediaQuery('(max-width: 900px)', false, { getInitialValueInEffect: false });
  const [wanted, setWanted] = useLocalStorage<'split' | 'unified'>({ key: 'capstan-diff', defaultValue: 'split', getInitialValueInEffect: false });
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [limit, setLimit] = useState(STEP);
  const rows = useMemo(() => diffRows(diff.hunks, opened, diff.method === 'sets' ? 0 : diff.from.line_count), [diff, opened]);
  const mode = narrow === true ? 'unified' : wanted;
  const open = (from: number): void => {
    setOpened((before) => new Set([...before, from]));
    if (!whole) {
      onWhole();
    }
  };
  if (diff.hunks.length === 0 && diff.added + diff.removed + diff.modified === 0) {
    return (
      <div className={classes['view']}>
        <Empty title="No difference">Both captures say the same, but for what changes by itself.</Empty>
      </div>
    );
  }
  return (
    <div className={classes['view']}>
      <div className={classes['bar']}>
        <span className={classes['counts']}>
          <span className={classes['plus']}>+{formatCount(diff.added)}</span> <span className={classes['minus']}>−{formatCount(diff.removed)}</span>
          {diff.modified > 0 ? <span> ~{formatCount(diff.modified)}</span> : null}
          <span className="muted"> {diff.kind === 'rows' ? 'rows' : 'lines'}</span>
        </span>
        {narrow === true ? null : (
          <SegmentedControl
            size="xs"
            aria-label="Layout of the difference"
            value={wanted}
            onChange={(value) => setWanted(value as 'split' | 'unified')}
            data={[
              { value: 'split', label: 'Side by side' },
              { value: 'unified', label: 'Unified' },
            ]}
          />
        )}
      </div>
      {diff.kind === 'rows' ? <RowDiff rows={diff.rows} /> : null}
      {diff.method === 'sets' ? <p className={classes['note']}>The texts have so little in common that only the lines in one of them alone are shown, without their places.</p> : null}
      {diff.truncated ? <p className={classes['note']}>The difference is cut here: it has more lines than can be shown.</p> : null}
      {/* Wider than its place on a phone: it scrolls, so the keyboard has to reach it. */}
      <div className={classes['scroll']} tabIndex={0} role="region" aria-label="Lines of the difference">
        <table className={`${classes['lines']} ${mode === 'split' ? classes['split'] : ''}`} aria-label="Difference">
          {mode === 'split' ? (
            <colgroup>
              <col className={classes['numbers']} />
              <col />
              <col className={classes['numbers']} />
              <col />
            </colgroup>
          ) : null}
          <thead className={classes['sides']}>
            <tr>
              <th colSpan={mode === 'split' ? 2 : 3} scope="col">
                <Side side={diff.from} />
                {mode === 'split' ? null : ' → '}
                {mode === 'split' ? null : <Side side={diff.to} />}
              </th>
              {mode === 'split' ? (
                <th colSpan={2} scope="col">
                  <Side side={diff.to} />
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, limit).map((row) => (
              <Row key={row.key} row={row} mode={mode} onOpen={open} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > limit ? (
        <div className={classes['more']}>
          <Button variant="default" onClick={() => setLimit((before) => before + STEP)}>
            Show {formatCount(Math.min(STEP, rows.length - limit))} more of {formatCount(rows.length - limit)} rows
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function Side({ side }: { side: CaptureDiff['from'] }) {
  return (
    <span>
      {side.device_name} · <TimeText iso={side.captured_at} form="minute" />
    </span>
  );
}

function Row({ row, mode, onOpen }: { row: DiffRow; mode: 'split' | 'unified'; onOpen: (from: number) => void }) {
  const span = mode === 'split' ? 4 : 3;
  if (row.kind === 'section') {
    return (
      <tr className={classes['section']}>
        <td colSpan={span}>{row.text}</td>
      </tr>
    );
  }
  if (row.kind === 'fold') {
    return (
      <tr className={classes['fold']}>
        <td colSpan={span}>
          <button type="button" onClick={() => onOpen(row.from)}>
            {formatCount(row.count)} unchanged {row.count === 1 ? 'line' : 'lines'}
          </button>
        </td>
      </tr>
    );
  }
  const { left, right } = row;
  if (mode === 'split') {
    return (
      <tr>
        <Cells line={left} sign="-" />
        <Cells line={right} sign="+" />
      </tr>
    );
  }
  return (
    <Fragment>
      {left?.changed === true || right === undefined ? <Unified from={left?.number} to={undefined} line={left} sign="-" /> : null}
      {right?.changed === true ? <Unified from={undefined} to={right.number} line={right} sign="+" /> : null}
      {left !== undefined && right !== undefined && !left.changed ? <Unified from={left.number} to={right.number} line={left} sign=" " /> : null}
    </Fragment>
  );
}

function Cells({ line, sign }: { line: SideLine | undefined; sign: '+' | '-' }) {
  const op = line === undefined ? 'none' : line.changed ? sign : 'same';
  return (
    <>
      <td className={classes['number']} data-op={op}>
        {line?.number}
      </td>
      <td className={classes['text']} data-op={op}>
        {line === undefined ? null : <Text line={line} sign={line.changed ? sign : ' '} />}
      </td>
    </>
  );
}

function Unified({ from, to, line, sign }: { from: number | undefined; to: number | undefined; line: SideLine | undefined; sign: '+' | '-' | ' ' }) {
  const op = sign === ' ' ? 'same' : sign;
  return (
    <tr>
      <td className={classes['number']} data-op={op}>
        {from}
      </td>
      <td className={classes['number']} data-op={op}>
        {to}
      </td>
      <td className={classes['text']} data-op={op}>
        {line === undefined ? null : <Text line={line} sign={sign} />}
      </td>
    </tr>
  );
}

/** The sign is text, not only colour. */
function Text({ line: { text, mark }, sign }: { line: SideLine; sign: '+' | '-' | ' ' }) {
  const parts: ReactNode =
    mark === undefined || mark[0] === mark[1] ? (
      text
    ) : (
      <>
        {text.slice(0, mark[0])}
        <mark>{text.slice(mark[0], mark[1])}</mark>
        {text.slice(mark[1])}
      </>
    );
  return (
    <>
      <span className={classes['sign']}>{sign === '-' ? '−' : sign}</span>
      {parts}
    </>
  );
}
