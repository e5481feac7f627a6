/**
 * A message of the device's log that turned up between what we asked for: an optional sequence number, an optional time
 * (`*` and `.` mark a clock that is not set or not synchronised), then `%FACILITY-SEVERITY-MNEMONIC:`.
 */
const SYSLOG = /^(?:<\d{1,3}>)?(?:\d{1,9}: )?(?:[\w.-]+: )?[*.]?(?:(?:[A-Z][a-z]{2} +\d{1,2} (?:\d{4} )?)?(?:\d{1,2}:)?\d{1,2}:\d{2}(?:\.\d{1,6})?(?: [A-Z]{2,5})?: |\d+[ywdh]\d+[wdhm]: )?%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-[0-7]-[A-Z0-9_]+: ?/;

/** Whether a line is such a message. */
export function isSyslogLine(line: string): boolean {
  return SYSLOG.test(line);
}
