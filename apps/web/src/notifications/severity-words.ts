import type { NoticeSeverity } from '@capstan/contracts';
import type { Status } from '../design/status';

/** Shape and colour of a severity. */
export const SEVERITY_STATUS: Readonly<Record<NoticeSeverity, Status>> = { info: 'running', warning: 'attention', critical: 'failed' };
/** The word for a severity. */
export const SEVERITY_WORD: Readonly<Record<NoticeSeverity, string>> = { info: 'Information', warning: 'Warning', critical: 'Critical' };
