import { formatDuration } from '../design/format';
import { type Draft, mostMegabytes } from './draft';
import { treeText } from './filter-draft';

/** How long a draft runs, in words. */
export function durationText(draft: Draft): string {
  if (draft.mode === 'standard') {
    return draft.durationSec === '' ? 'for …' : `for ${formatDuration(draft.durationSec)}`;
  }
  const most = mostMegabytes(draft);
  return `until stopped, newest ${draft.maxFiles === '' ? '…' : draft.maxFiles} × ${draft.sizePerFileMb === '' ? '…' : draft.sizePerFileMb} MB${most === undefined ? '' : ` (≈ ${most.toLocaleString('en-US')} MB per target)`}`;
}

/** What a draft keeps, in words. */
export function filterText({ filterForm, filter, tree }: Pick<Draft, 'filterForm' | 'filter' | 'tree'>): string {
  if (filterForm === 'tree') {
    return tree.children.length === 0 ? 'everything' : treeText(tree);
  }
  const parts = [
    filter.protocol,
    filter.port === '' ? '' : `port ${filter.port}`,
    filter.host === '' ? '' : `to or from ${filter.host}`,
    filter.src === '' ? '' : `from ${filter.src}`,
    filter.dest === '' ? '' : `to ${filter.dest}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'everything' : parts.join(', ');
}
