import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

/** A program Capstan needs from the system, and what Debian and Ubuntu call its packages. */
export interface Tool {
  /** Every one of these must be there: an absolute path, or a name looked for in the system's program folders. */
  programs: readonly string[];
  /** Files that must be there beside the programs: libraries have none. */
  files?: readonly string[];
  packages: readonly string[];
  /** Ends the sentence "Installing X, which …". */
  why: string;
  /** Services the packages would start by themselves, which Capstan does not want. */
  units?: readonly string[];
}

/** Folder of this machine's libraries on Debian. */
const LIBRARIES = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;

/** Everything that may have to be installed. */
export const TOOLS = {
  rabbitmq: {
    programs: ['/usr/lib/rabbitmq/bin/rabbitmq-server', 'erl_call'],
    packages: ['rabbitmq-server'],
    why: 'carries the messages between the services',
    units: ['rabbitmq-server.service', 'epmd.service', 'epmd.socket'],
  },
  tcpdump: { programs: ['tcpdump'], packages: ['tcpdump'], why: 'captures packets on the Linux targets of the lab' },
  tshark: { programs: ['tshark', 'capinfos', 'editcap', 'mergecap', 'reordercap'], packages: ['tshark'], why: 'merges captures and reads the calls in them' },
  sshd: {
    programs: ['/usr/sbin/sshd', 'ssh-keygen'],
    packages: ['openssh-server'],
    why: 'lets the lab have real hosts to log in to',
    units: ['ssh.service', 'ssh.socket'],
  },
  sudo: { programs: ['sudo'], packages: ['sudo'], why: 'gives the captures on a target their right and no other' },
  ip: { programs: ['ip'], packages: ['iproute2'], why: 'gives every host of the lab a network of its own' },
  frr: {
    programs: ['/usr/lib/frr/zebra', '/usr/lib/frr/staticd', '/usr/bin/vtysh'],
    packages: ['frr'],
    why: 'is a real router for the lab',
    units: ['frr.service'],
  },
  netmiko: { programs: ['/usr/lib/python3/dist-packages/netmiko'], packages: ['python3-netmiko'], why: 'is measured beside Capstan' },
  asyncssh: { programs: ['/usr/lib/python3/dist-packages/asyncssh'], packages: ['python3-asyncssh'], why: 'is measured beside Capstan' },
  rancid: { programs: ['/usr/lib/rancid/bin/clogin'], packages: ['rancid'], why: 'is measured beside Capstan' },
  ansible: { programs: ['ansible-playbook', '/usr/lib/python3/dist-packages/ansible_collections/cisco/ios'], packages: ['ansible', 'python3-paramiko'], why: 'is measured beside Capstan' },
  motion: { programs: ['motion'], packages: ['motion'], why: 'is measured beside Capstan', units: ['motion.service'] },
  ffmpeg: { programs: ['ffmpeg'], packages: ['ffmpeg'], why: 'decodes the pictures of cameras, and encodes those of the lab' },
  gstreamer: {
    programs: ['/usr/bin/python3'],
    files: [`${LIBRARIES}/girepository-1.0/GstRtspServer-1.0.typelib`, `${LIBRARIES}/gstreamer-1.0/libgstx264.so`, `${LIBRARIES}/gstreamer-1.0/libgstjpeg.so`, '/usr/lib/python3/dist-packages/gi/__init__.py'],
    packages: ['gir1.2-gst-rtsp-server-1.0', 'python3-gi', 'gstreamer1.0-plugins-base', 'gstreamer1.0-plugins-good', 'gstreamer1.0-plugins-ugly'],
    why: "is an RTSP server of somebody else's for the tests of cameras",
  },
  chromium: { programs: ['chromium'], packages: ['chromium'], why: 'runs the browser tests' },
  ps: { programs: ['ps'], packages: ['procps'], why: 'lists processes, so that tests can prove none was left behind' },
  swift: {
    programs: ['/usr/bin/swift-proxy-server', '/usr/bin/swift-account-server', '/usr/bin/swift-container-server', '/usr/bin/swift-object-server'],
    packages: ['swift-proxy', 'swift-account', 'swift-container', 'swift-object'],
    why: 'is a real S3 server for the tests',
    units: ['swift-proxy.service', 'swift-account.service', 'swift-container.service', 'swift-object.service'],
  },
} as const satisfies Record<string, Tool>;
export type ToolName = keyof typeof TOOLS;

// An ordinary user's PATH often lacks the administration folders.
const PROGRAM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Where a program is, or undefined. */
export function findProgram(name: string, folders: readonly string[] = [...(process.env['PATH'] ?? '').split(':'), ...PROGRAM_FOLDERS]): string | undefined {
  const candidates = path.isAbsolute(name) ? [name] : folders.filter(Boolean).map((folder) => path.join(folder, name));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Those of `names` of which a program or a file is not on this machine. */
export function missingTools(names: readonly ToolName[]): ToolName[] {
  return names.filter((name) => {
    const { programs, files = [] }: Tool = TOOLS[name];
    return programs.some((program) => findProgram(program) === undefined) || files.some((file) => !existsSync(file));
  });
}
