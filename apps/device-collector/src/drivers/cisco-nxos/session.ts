import { CISCO_LIKE_ERRORS, INTERRUPTERS, PAGERS, type SessionProfile } from '../../platforms/session/session-profile';

/** Cisco NX-OS: privileged from the start. */
export const NXOS_SESSION: SessionProfile = {
  channel: 'shell',
  setup: ['terminal length 0', 'terminal width 511'],
  prompt: /^\r?[\w.@()-]+(?:\([^)]+\))?#\s?$/,
  pagers: PAGERS,
  interrupters: INTERRUPTERS,
  errorLines: [
    { pattern: /^% ?Permission denied for the role/i, class: 'CMD_UNAUTHORIZED' },
    { pattern: /^Syntax error while parsing/i, class: 'CMD_INVALID' },
    { pattern: /^% ?Invalid .* at '\^' marker/i, class: 'CMD_INVALID' },
    { pattern: /^(?:ERROR: )?(?:LLDP|CDP|.* feature|Feature \S+) (?:is )?not enabled/i, class: 'FEATURE_DISABLED' },
    ...CISCO_LIKE_ERRORS,
  ],
  exit: ['exit'],
};
