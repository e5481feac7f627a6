import type { MergedInterface } from '@capstan/contracts';
import { useElementSize, useMediaQuery, useMergedRef } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, useEffect, useId, useRef, useState } from 'react';
import { LadderDetails } from './ladder-details';
import { type Ladder as LadderData, type LadderRow, type Participant, rowText } from './ladder-layout';
import { deltaText, offsetText } from './instants';
import { legName } from './quality';
import classes from './ladder.module.css';

const ROW_HEIGHT = 44;
const ARROW_Y = 30;
const PAGE = 10;

interface LadderProps {
  readonly ladder: LadderData;
  readonly interfaces: readonly MergedInterface[];
  /** Key of the chosen line. */
  readonly chosen: string | undefined;
  readonly onChoose: (key: string) => void;
}

/** Messages between addresses, downwards in time. Arrow keys choose a line; its details stand beside. Only what is in view is drawn. */
export function Ladder({ ladder, interfaces, chosen, onChoose }: LadderProps) {
  const { participants, rows } = ladder;
  const id = useId();
  const phone = useMediaQuery('(max-width: 720px)', undefined, { getInitialValueInEffect: false }) ?? false;
  const box = useRef<HTMLDivElement>(null);
  const { ref: size, width } = useElementSize<HTMLDivElement>();
  const both = useMergedRef(box, size);
  const [hovered, setHovered] = useState<string>();
  const timeWidth = phone ? 64 : 112;
  const lane = Math.max(phone ? 76 : 112, Math.floor((width - timeWidth) / Math.max(1, participants.length)));
  const at = rows.findIndex(({ key }) => key === chosen);
  const shown = rows.find(({ key }) => key === hovered) ?? rows[at];
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW_HEIGHT, overscan: 8, scrollPaddingStart: 56 });

  const choose = (index: number): void => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (row !== undefined) {
      setHovered(undefined);
      onChoose(row.key);
    }
  };
  // A deep link, or a key, leads to a line that may be out of view.
  useEffect(() => {
    if (at >= 0) {
      virtual.scrollToIndex(at, { align: 'auto' });
    }
  }, [at, virtual]);
  const onKey = (event: KeyboardEvent): void => {
    const to: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, Home: 0, End: rows.length - 1, PageDown: at + PAGE, PageUp: at - PAGE };
    const next = to[event.key];
    if (next !== undefined) {
      event.preventDefault();
      choose(next);
    }
  };

  return (
    <div className={classes['columns']}>
      <div
        ref={both}
        className={classes['box']}
        role="listbox"
        aria-label="SIP ladder"
        aria-activedescendant={at < 0 ? undefined : `${id}-${at}`}
        tabIndex={0}
        onKeyDown={onKey}
        onFocus={() => (at < 0 ? choose(0) : undefined)}
        onPointerLeave={() => setHovered(undefined)}
      >
        <div className={classes['head']} style={{ width: timeWidth + lane * participants.length }} aria-hidden>
          <span className={classes['headTime']} style={{ width: timeWidth }}>
            Time
          </span>
          {participants.map((participant) => (
            <span key={participant.address} className={classes['participant']} style={{ width: lane }} title={[participant.number, participant.device === undefined ? undefined : `${participant.device.type} ${participant.device.host}`, participant.address].filter((line) => line !== undefined).join('\n')}>
              {participant.device === undefined && participant.number === undefined ? null : <b>{participant.device?.type ?? participant.number}</b>}
              <span className="mono">{participant.address}</span>
            </span>
          ))}
        </div>
        <div role="presentation" style={{ position: 'relative', height: virtual.getTotalSize(), width: timeWidth + lane * participants.length }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row === undefined ? null : (
              <Line
                key={row.key}
                id={`${id}-${item.index}`}
                row={row}
                index={item.index}
                count={rows.length}
                participants={participants}
                lane={lane}
                timeWidth={timeWidth}
                top={item.start}
                chosen={row.key === chosen}
                onChoose={onChoose}
                onHover={setHovered}
              />
            );
          })}
        </div>
      </div>
      <LadderDetails row={shown} participants={participants} interfaces={interfaces} />
    </div>
  );
}

interface LineProps {
  readonly id: string;
  readonly row: LadderRow;
  readonly index: number;
  readonly count: number;
  readonly participants: readonly Participant[];
  readonly lane: number;
  readonly timeWidth: number;
  readonly top: number;
  readonly chosen: boolean;
  readonly onChoose: (key: string) => void;
  readonly onHover: (key: string) => void;
}

const Line = memo(function Line({ id, row, index, count, participants, lane, timeWidth, top, chosen, onChoose, onHover }: LineProps) {
  const middle = (column: number): number => (column + 0.5) * lane;
  const from = middle(row.from);
  // A message of a host to itself, between two of its ports, is drawn as a short stub.
  const to = row.from === row.to ? from + lane * 0.4 : middle(row.to);
  const span = Math.abs(to - from);
  const total = participants.length * lane;
  const width = Math.min(total, span + lane * 0.7);
  const left = Math.min(Math.max(0, (from + to) / 2 - width / 2), total - width);
  const head = to > from ? -7 : 7;
  return (
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      aria-setsize={count}
      aria-posinset={index + 1}
      className={classes['line']}
      data-tone={toneOf(row)}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onChoose(row.key)}
      onPointerMove={(event) => (event.pointerType === 'mouse' ? onHover(row.key) : undefined)}
    >
      {/* The arrows are for the eye; this is the same in words. */}
      <span className="visually-hidden">{`${offsetText(row.sinceStartMs)} s: ${rowText(row, participants)}`}</span>
      <span className={`num ${classes['time']}`} style={{ width: timeWidth }} aria-hidden>
        <span>
          {offsetText(row.sinceStartMs)}
          {row.leg === undefined ? null : <span className={classes['leg']}>{legName(row.leg)}</span>}
        </span>
        <span className={classes['delta']}>{row.sincePreviousMs === undefined ? 's' : deltaText(row.sincePreviousMs)}</span>
      </span>
      <span className={classes['lanes']} style={{ width: total }} aria-hidden>
        <svg width={total} height={ROW_HEIGHT} focusable="false">
          <path className={classes['life']} d={participants.map((_each, column) => `M${middle(column)} 0V${ROW_HEIGHT}`).join('')} />
          <path className={classes['arrow']} data-kind={row.kind} d={`M${from} ${ARROW_Y}H${to}`} />
          <path className={classes['tip']} d={`M${to} ${ARROW_Y}l${head} -4v8z`} />
        </svg>
        <span className={classes['label']} style={{ left, width }}>
          <span>{labelOf(row)}</span>
        </span>
      </span>
    </div>
  );
});

function labelOf(row: LadderRow): string {
  if (row.kind === 'media') {
    return `${row.stream.codec} media`;
  }
  const { label, retransmissions, media } = row.message;
  return `${label}${media === null ? '' : ' (SDP)'}${retransmissions === 0 ? '' : ` ×${retransmissions + 1}`}`;
}

/** Challenges and the end of a cancelled call are part of an ordinary course. */
const ORDINARY: ReadonlySet<number> = new Set([401, 407, 487]);

function toneOf(row: LadderRow): 'plain' | 'quiet' | 'failed' | 'attention' {
  if (row.kind === 'media') {
    return 'quiet';
  }
  const { status, retransmissions } = row.message;
  if (status !== null && status >= 400 && !ORDINARY.has(status)) {
    return 'failed';
  }
  return retransmissions > 0 ? 'attention' : status !== null && status < 200 ? 'quiet' : 'plain';
}
