import { CISCO_LIKE_ERRORS, INTERRUPTERS, PAGERS, type SessionProfile } from '../../platforms/session/session-profile';

/** Cisco IOS and IOS XE. */
export const IOS_SESSION: SessionProfile = {
  channel: 'shell',
  setup: ['terminal length 0', 'terminal width 511'],
  // The name is cut to 20 characters where a mode stands behind it.
  prompt: /^[\w.@()\-/+]{1,63}(?:\([^)]{1,40}\))?[>#]\s?$/,
  enable: { command: 'enable', needed: />\s?$/, askSecret: /^(?:.*\s)?(?:password|enter passcode|passcode):\s*$/i, askUser: /^(?:.*\s)?user ?name:\s*$/i },
  pagers: PAGERS,
  interrupters: INTERRUPTERS,
  errorLines: CISCO_LIKE_ERRORS,
  exit: ['exit'],
};
