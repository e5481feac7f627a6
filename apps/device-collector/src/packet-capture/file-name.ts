const RESERVED_ON_WINDOWS = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const LONGEST_PART = 80;

/** Text as a part of a file name that every file system takes: letters, digits, `.`, `_` and `-` only, not too long. */
export function safeNamePart(text: string): string {
  const safe = text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, LONGEST_PART)
    .replace(/[.-]+$/, '');
  if (safe === '') {
    return 'unnamed';
  }
  return RESERVED_ON_WINDOWS.test(safe) ? `_${safe}` : safe;
}

/** Name of a capture file: `<host>_<interface>.pcap`, and `<host>_<interface>_01.pcap` … where one target has several. */
export function captureFileName(host: string, interfaceName: string, suffix: string): string {
  return `${safeNamePart(host)}_${safeNamePart(interfaceName)}${suffix === '' ? '' : `_${safeNamePart(suffix)}`}.pcap`;
}

/** Name of the filtered copy of a capture file. */
export function filteredFileName(name: string): string {
  return name.replace(/(?:\.pcap)?$/, '_filtered.pcap');
}

/** Name of a log that a device gave besides its captures. */
export function logFileName(host: string, suffix: string): string {
  return `${safeNamePart(host)}_log${suffix === '' ? '' : `_${safeNamePart(suffix)}`}.txt`;
}

/** Name of a target's transcript; `part` tells those of several holders apart. */
export function transcriptFileName(host: string, part = ''): string {
  return `${safeNamePart(host)}_transcript${part === '' ? '' : `_${part}`}.txt`;
}
