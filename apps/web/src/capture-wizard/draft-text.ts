import { formatDuration } from '../design/format';
import { type Draft, type DraftFilter, filterOf, mostMegabytes } from './draft';

/** How long a draft runs, in words. */
export function durationText(draft: Draft): string {
  if (draft.mode === 'standard') {
    return draft.durationSec === '' ? 'for …' : `for ${formatDuration(draft.durationSec)}`;
  }
  const most = mostMegabytes(draft);
  return `until stopped, newest ${draft.maxFiles === '' ? '…' : draft.maxFiles} × ${draft.sizePerFileMb === '' ? '…' : draft.sizePerFileMb} MB${most === undefined ? '' : ` (≈ ${most.toLocaleString('en-US')} MB per target)`}`;
}

/** What a draft keeps, in words. */
export function filterText(filter: DraftFilter): string {
  const parts = [
    filter.protocol,
    filter.port === '' ? '' : `port ${filter.port}`,
    filter.host === '' ? '' : `to or from ${filter.host}`,
    filter.src === '' ? '' : `from ${filter.src}`,
    filter.dest === '' ? '' : `to ${filter.dest}`,
  ].filter((part) => part !== '');
  return filterOf(filter) === undefined ? 'everything' : parts.join(', ');
}
