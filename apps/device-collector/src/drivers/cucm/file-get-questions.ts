import { AppError } from '@capstan/kernel';
import type { SinkContacts } from '../../sftp-sink/sftp-sink';

/** What a node is told when it asks where to send a file. */
export interface SinkAnswers {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly folder: string;
}

/** One question of `file get`. */
export interface FileGetQuestion {
  /** For messages, and to know which was answered. */
  readonly name: 'proceed' | 'sftp-server-ip' | 'sftp-server-port' | 'user-id' | 'password' | 'download-directory';
  readonly pattern: RegExp;
  readonly answer: string;
}

/** The question about our own server's key; it is answered by looking at what the node says it saw. */
export const HOST_KEY_QUESTION = /continue connecting \(yes\/no(?:\/\[fingerprint\])?\)\s*\??\s*$/i;

/** The questions of `file get`, in the order in which nodes ask them. */
export function fileGetQuestions(answers: SinkAnswers): FileGetQuestion[] {
  return [
    { name: 'proceed', pattern: /(?:would you like to proceed|continue)\s*\[y\/n\]\s*\??\s*$|answer 'y' for <yes> or 'n' for <no>\s*:?\s*$/i, answer: 'y' },
    { name: 'sftp-server-ip', pattern: /SFTP server IP\s*:\s*$/i, answer: answers.host },
    { name: 'sftp-server-port', pattern: /SFTP server port(?:\s*\[\d+\])?\s*:\s*$/i, answer: String(answers.port) },
    { name: 'user-id', pattern: /User ?ID\s*:\s*$/i, answer: answers.username },
    { name: 'password', pattern: /^Password\s*:\s*$/i, answer: answers.password },
    { name: 'download-directory', pattern: /Download directory\s*:\s*$/i, answer: answers.folder },
  ];
}

/** Whether the node says that the file is over. */
export function saysTransferred(text: string): boolean {
  return /transfer completed/i.test(text);
}

/** Fingerprints that stand in a text: SHA-256 as OpenSSH writes it, or MD5 in pairs. */
export function fingerprintsIn(text: string): string[] {
  return [...text.matchAll(/SHA256:[A-Za-z0-9+/]{43}|(?:MD5:)?\b(?:[0-9a-f]{2}:){15}[0-9a-f]{2}\b/g)].map(([shown]) => shown.replace(/^MD5:/, ''));
}

/** Why a `file get` came to nothing: by the node's own words, and by what the sink saw of it. */
export function fileGetFailure(host: string, sink: string, text: string, contacts: SinkContacts): AppError {
  const words = text.split('\n').map((line) => line.trim()).filter((line) => /fail|error|refus|denied|unreach|time|cannot|could not|unable|no route|invalid|no such|lost|reset|not found/i.test(line));
  const said = words.at(-1) === undefined ? '' : `: ${words.at(-1)}`;
  if (/no space|disk full|quota/i.test(text)) {
    return new AppError('EXPORT_FAILED', `${host} could not send the file${said}`, { retryable: true });
  }
  if (contacts.refusals > 0 || /authentication fail|auth(?:entication)? failure|permission denied.*(?:password|publickey)|login (?:failed|incorrect)/i.test(text)) {
    return new AppError('EXPORT_AUTH_FAILED', `${host} could not log in at ${sink}${said}`, { retryable: true });
  }
  if (contacts.logins === 0) {
    return new AppError('EXPORT_UNREACHABLE', `${host} could not reach Capstan's SFTP sink at ${sink}${said}. Set CAPSTAN_SFTP_SINK_ADDRESS to an address that the node can reach`, { retryable: true });
  }
  return new AppError('EXPORT_FAILED', `${host} could not send the file to ${sink}${said}`, { retryable: true });
}
