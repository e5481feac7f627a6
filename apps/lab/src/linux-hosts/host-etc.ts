import { ACCOUNT_RIGHTS, type EtcFile, type HostAccount, type HostPlan } from './host-plan';

/** What a host keeps of the machine's own accounts. */
export interface SystemIds {
  /** passwd(5) lines of system accounts; packages such as tcpdump drop their rights to one of them. */
  readonly passwd: readonly string[];
  /** group(5) lines of system groups. */
  readonly group: readonly string[];
}

const FIRST_ORDINARY_ID = 1000;
const NOBODY_ID = 65_534;

/** Keeps the system accounts of a passwd or group file; people's accounts stay out of the simulated hosts. */
export function systemLines(file: string): string[] {
  return file.split('\n').filter((line) => {
    const [name, , id] = line.split(':');
    const number = Number(id);
    return name !== undefined && name !== 'root' && id !== undefined && (number < FIRST_ORDINARY_ID || number === NOBODY_ID);
  });
}

const home = (account: HostAccount): string => (account.uid === 0 ? '/root' : `/home/${account.username}`);

/**
 * Text files of one host's /etc.
 * @param neighbours every host of the lab, for /etc/hosts
 * @param hashes crypt(3) hash by user name
 * @param shell login shell of the accounts that have none of their own
 */
export function etcFiles(
  plan: HostPlan,
  neighbours: readonly HostPlan[],
  hashes: ReadonlyMap<string, string>,
  system: SystemIds,
  shell: string,
): EtcFile[] {
  const passwd = plan.accounts.map((a) => `${a.username}:x:${a.uid}:${a.uid}:${a.username}:${home(a)}:${a.shell ?? shell}`);
  const shadow = plan.accounts.map((a) => `${a.username}:${hashes.get(a.username) ?? '*'}:20000:0:99999:7:::`);
  const lockedShadow = system.passwd.map((line) => `${line.split(':')[0]}:*:20000:0:99999:7:::`);
  const group = plan.accounts.map((a) => `${a.username}:x:${a.uid}:`);
  const systemGroup = system.group.map((line) => withMembers(line, plan.accounts));
  const hosts = neighbours.map((host) => `${host.address} ${host.name}`);
  const readable = (path: string, lines: readonly string[]): EtcFile => ({ path, mode: 0o644, text: `${lines.join('\n')}\n` });
  return [
    readable('passwd', [...passwd, ...system.passwd]),
    { ...readable('shadow', [...shadow, ...lockedShadow]), mode: 0o600 },
    readable('group', [...group, ...systemGroup]),
    readable('hosts', ['127.0.0.1 localhost', ...hosts]),
    readable('hostname', [plan.name]),
    readable('nsswitch.conf', ['passwd: files', 'group: files', 'shadow: files', 'hosts: files', 'services: files', 'protocols: files']),
    readable('shells', ['/bin/sh', '/bin/bash', ...plan.accounts.flatMap((a) => a.shell ?? [])]),
    readable('profile', ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', "PS1='\\u@\\h:\\w\\$ '", 'export PATH PS1']),
    readable('pam.d/sudo', ['auth required pam_unix.so', 'account required pam_unix.so', 'session required pam_permit.so']),
    readable('pam.d/other', ['auth required pam_deny.so', 'account required pam_deny.so', 'session required pam_deny.so']),
    { path: 'sudoers', mode: 0o440, text: sudoers(plan) },
    readable('ssh/sshd_config', sshdConfig()),
    ...(plan.files ?? []),
  ];
}

/** A line of group(5) with the accounts that belong to the group. */
function withMembers(line: string, accounts: readonly HostAccount[]): string {
  const [name = '', , , members = ''] = line.split(':');
  const added = accounts.filter(({ groups }) => groups?.includes(name) === true).map(({ username }) => username);
  return added.length === 0 ? line : `${line.slice(0, line.lastIndexOf(':') + 1)}${[members, ...added].filter((member) => member !== '').join(',')}`;
}

/** As Debian ships it (`env_reset`, `secure_path`, `use_pty`), with a rule for tcpdump and kill alone. */
export function sudoers(plan: HostPlan): string {
  const commands = '/usr/bin/tcpdump, /usr/sbin/tcpdump, /usr/bin/kill, /bin/kill';
  const rules = plan.accounts.flatMap((account) => {
    if (account.rights === ACCOUNT_RIGHTS.sudoTcpdump) {
      return [`${account.username} ALL=(root) NOPASSWD: ${commands}`];
    }
    return account.rights === ACCOUNT_RIGHTS.sudoPassword ? [`${account.username} ALL=(root) ${commands}`] : [];
  });
  return [
    'Defaults env_reset',
    'Defaults use_pty',
    'Defaults lecture=never',
    'Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"',
    'root ALL=(ALL:ALL) ALL',
    ...rules,
    '',
  ].join('\n');
}

/** sshd_config(5) of a host in its own namespaces. */
function sshdConfig(): string[] {
  return [
    'Port 22',
    'ListenAddress 0.0.0.0',
    'HostKey /etc/ssh/ssh_host_ed25519_key',
    'HostKey /etc/ssh/ssh_host_rsa_key',
    'PidFile none',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication yes',
    'KbdInteractiveAuthentication no',
    'PubkeyAuthentication yes',
    'AuthorizedKeysFile /etc/ssh/authorized_keys/%u',
    ...sharedSshdOptions(),
  ];
}

/** Options that hosts of both modes share. VERBOSE logs each refused attempt, and the lab counts them. */
export function sharedSshdOptions(): string[] {
  return [
    'UseDNS no',
    'PrintMotd no',
    'PrintLastLog no',
    'X11Forwarding no',
    'AllowTcpForwarding no',
    'MaxSessions 20',
    'MaxStartups 200:30:400',
    'MaxAuthTries 6',
    'LogLevel VERBOSE',
    'Subsystem sftp internal-sftp',
  ];
}
