/** What a person can do about a failure. */
export interface Advice {
  readonly text: string;
  readonly to?: string;
  readonly label?: string;
}

const CREDENTIALS = { to: '/inventory/credentials', label: 'Credentials' } as const;
const HOST_KEYS = { to: '/inventory/host-keys', label: 'Host keys' } as const;

const ADVICE: Readonly<Record<string, Advice>> = {
  AUTH_FAILED: { text: 'Check user name and password. Capstan tried once only, so the account is not locked by it.', ...CREDENTIALS },
  HOSTKEY_MISMATCH: { text: 'The device shows another key than before; no password was sent. If it was replaced, trust the new key.', ...HOST_KEYS },
  KEX_MISMATCH: { text: 'The device and Capstan share no key exchange. The transcript lists what each side offers.' },
  CONNECT_TIMEOUT: { text: 'No answer from the address. Check host, port and the firewalls in between, then retry.' },
  CONN_REFUSED: { text: 'The host answered, but nothing listens on this port. Check the port and whether SSH runs.' },
  HOST_NOT_FOUND: { text: 'The name is not in DNS. Use its address, or fix the name.' },
  HANDSHAKE_FAILED: { text: 'Something answered, but not as SSH does. Check that the port is the one of SSH.' },
  CHANNEL_REFUSED: { text: 'The device opens no more channels. Its SSH server may limit sessions; retry when others are closed.' },
  SFTP_UNAVAILABLE: { text: 'The device offers no SFTP, and the file could not be read another way. Enable the SFTP subsystem.' },
  RETRIEVE_STALLED: { text: 'The device stopped sending the file. Retry when the connection is better.' },
  LIMIT_REACHED: { text: 'A limit on the device ended the capture early: its time, or its last disk space.' },
  HOST_UNREACHABLE: { text: 'There is no route to the address. Check the name, the address and routing.' },
  PRIV_INSUFFICIENT: { text: 'The account may not capture. Give it root, CAP_NET_RAW, or sudo without a password for tcpdump.' },
  UNSUPPORTED: { text: 'tcpdump was not found on the device. Install it and retry.' },
  BAD_INTERFACE: { text: 'The device has no such interface. The transcript lists those it has.' },
  UNSUPPORTED_FILTER: { text: 'The device cannot express this filter. Use fewer fields and look at the preview.' },
  CLI_INVALID_INPUT: { text: 'The device refused the command. The transcript shows its answer.' },
  ALREADY_ACTIVE: { text: 'Another capture runs on the device. Wait for it, or end it there.' },
  DISK_LOW: { text: 'The device has too little free space for this capture. Free some, or capture less.' },
  START_FAILED: { text: 'The capture did not start. The transcript shows what the device said.' },
  STOP_TIMEOUT: { text: 'The device did not confirm the stop. Its clean-up was tried; look whether a capture still runs there.' },
  FILE_MISSING: { text: 'The device has no file of this capture. Its disk or a clean-up job may be the reason.' },
  FILE_EMPTY: { text: 'The file holds no packet. Check interface and filter.' },
  FILE_TRUNCATED: { text: 'The file ends in the middle of a packet; what came before it can be read.' },
  CLEANUP_FAILED: { text: 'The capture is stored, but its file is still on the device. The transcript names it.' },
  DEVICE_LOST: { text: 'The connection broke during the capture. Retry when the device can be reached again.' },
  ARM_TIMEOUT: { text: 'The device was not ready in time, so the others started without it. Retry it, or allow more time.' },
  WORKER_LOST: { text: 'The worker that held this capture went away. The device is cleaned by the next one; retry.' },
  WORKER_UNAVAILABLE: { text: 'No worker took the job. Look at System, then retry.', to: '/system', label: 'System' },
  DEADLINE_EXCEEDED: { text: 'It took longer than allowed. The transcript shows the step it hung in.' },
  DEVICE_BUSY: { text: 'The device takes one capture at a time and another session holds it. Wait for that one, then retry.' },
  DEVICE_OVERLOADED: { text: 'The device asked to be left alone for a while. Retry later.' },
  PROMPT_LOST: { text: 'The command line did not come back to its prompt. The transcript shows the last answer; retry when nobody else works on the device.' },
  EXPORT_UNREACHABLE: { text: 'The device could not reach the address its files are pushed to. Check the SFTP sink’s address in the settings and the firewalls in between.', to: '/system', label: 'System' },
  EXPORT_AUTH_FAILED: { text: 'The login for pushing the file was refused. The transcript shows who refused it.' },
  EXPORT_FAILED: { text: 'The device did not deliver its file. The transcript shows its answer.' },
  SCP_UNAVAILABLE: { text: 'The router serves no files by SCP. Enable "ip scp server enable", or let it push the file.' },
  JUMP_REFUSED: { text: 'A jump host did not open the way to the device. Check that it may forward TCP, and the address behind it.' },
  CREDENTIAL_UNSUITABLE: { text: 'This kind of credential cannot be used for this device. Choose another.', ...CREDENTIALS },
  FILTER_FAILED: { text: 'The filtered copy could not be made; the capture itself is stored whole.' },
  CREDENTIAL_NOT_FOUND: { text: 'The credential is gone. Choose another in a new capture.', ...CREDENTIALS },
  OBJECT_STORE_UNAVAILABLE: { text: 'The file could not be stored. Look at System, then retry.', to: '/system', label: 'System' },
};

/** What to do about an error code; a general word for codes of the future. */
export function adviceFor(code: string, retryable: boolean): Advice {
  return ADVICE[code] ?? { text: retryable ? 'This may pass: retry the target. The transcript shows the step.' : 'The transcript shows the step and what the device said.' };
}
