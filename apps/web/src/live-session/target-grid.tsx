import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';
import { Section } from '../design/page';
import type { LiveTarget } from '../live/live-session';
import { TargetCard } from './target-card';
import classes from './live-session.module.css';

const MIN_CARD_WIDTH = 320;
const GAP = 12;
/** Fewer are drawn at once: their heights may differ then, and a page can be searched in the browser. */
const VIRTUAL_FROM = 60;

/** All targets, a card each. */
export function TargetGrid({ targets }: { targets: readonly LiveTarget[] }) {
  return (
    <Section title="Targets">
      {targets.length < VIRTUAL_FROM ? (
        <ul className={classes['grid']}>
          {targets.map((target) => (
            <li key={target.view.target_id}>
              <TargetCard target={target} />
            </li>
          ))}
        </ul>
      ) : (
        <VirtualGrid targets={targets} />
      )}
    </Section>
  );
}

function VirtualGrid({ targets }: { targets: readonly LiveTarget[] }) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const box = useRef<HTMLDivElement>(null);
  const both = useMergedRef(ref, box);
  const [offset, setOffset] = useState(0);
  const columns = Math.max(1, Math.floor((width + GAP) / (MIN_CARD_WIDTH + GAP)));
  useLayoutEffect(() => setOffset((box.current?.getBoundingClientRect().top ?? 0) + window.scrollY), [width]);
  const virtual = useWindowVirtualizer({ count: Math.ceil(targets.length / columns), estimateSize: () => 216, gap: GAP, overscan: 3, scrollMargin: offset });
  return (
    <div ref={both} style={{ position: 'relative', height: virtual.getTotalSize() }} role="list" aria-label={`${targets.length} targets`}>
      {virtual.getVirtualItems().map((row) => (
        <div key={row.key} ref={virtual.measureElement} data-index={row.index} className={classes['gridRow']} role="presentation" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, transform: `translateY(${row.start - offset}px)` }}>
          {targets.slice(row.index * columns, (row.index + 1) * columns).map((target) => (
            <div role="listitem" key={target.view.target_id} aria-setsize={targets.length} aria-posinset={target.view.ordinal}>
              <TargetCard target={target} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
