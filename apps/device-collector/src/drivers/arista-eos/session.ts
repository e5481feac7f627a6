import { CISCO_LIKE_ERRORS, INTERRUPTERS, PAGERS, type SessionProfile } from '../../platforms/session/session-profile';

/** Arista EOS. */
export const EOS_SESSION: SessionProfile = {
  channel: 'shell',
  setup: ['terminal length 0', 'terminal width 511'],
  suffix: ' | no-more',
  prompt: /^[\w.-]+(?:\.\.[:\d]+)?(?:\([^)]+\))?[>#]\s?$/,
  enable: { command: 'enable', needed: />\s?$/, askSecret: /^(?:.*\s)?password:\s*$/i, askUser: /^(?:.*\s)?user ?name:\s*$/i },
  pagers: PAGERS,
  interrupters: INTERRUPTERS,
  errorLines: [
    { pattern: /^% ?Authorization denied for command/i, class: 'CMD_UNAUTHORIZED' },
    { pattern: /^% ?Invalid input \(privileged mode required\)/i, class: 'CMD_UNAUTHORIZED' },
    { pattern: /^% ?(?:Error code \d+|Unavailable command)/i, class: 'CMD_FAILED' },
    ...CISCO_LIKE_ERRORS,
  ],
  exit: ['exit'],
};
