import type { ChangeSeverity, ChangeView } from '@capstan/contracts';
import { formatCount } from '../design/format';
import { StatusBadge } from '../design/status-badge';
import type { Status } from '../design/status';
import classes from './diff.module.css';

const STATUS: Record<ChangeSeverity, Status> = { minor: 'pending', moderate: 'attention', critical: 'failed' };
const WORD: Record<ChangeSeverity, string> = { minor: 'Minor', moderate: 'Moderate', critical: 'Critical' };

/** How much a change matters. */
export function SeverityBadge({ severity }: { severity: ChangeSeverity }) {
  return <StatusBadge status={STATUS[severity]}>{WORD[severity]}</StatusBadge>;
}

/** Lines or rows that came, went and changed. */
export function Counts({ change: { added, removed, modified } }: { change: Pick<ChangeView, 'added' | 'removed' | 'modified'> }) {
  return (
    <span className="num">
      <span className={classes['plus']}>+{formatCount(added)}</span> <span className={classes['minus']}>−{formatCount(removed)}</span>
      {modified > 0 ? ` ~${formatCount(modified)}` : ''}
    </span>
  );
}

const TYPE_WORDS: Readonly<Record<string, string>> = { configs: 'Configuration', version: 'Version', inventory: 'Inventory', arp: 'ARP', mac: 'MAC', lldp: 'Neighbours', interfaces: 'Interfaces', routes: 'Routes' };

/** Name of a capture type for people. */
export function typeText(type: string): string {
  return TYPE_WORDS[type] ?? type;
}
