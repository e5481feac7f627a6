/** What a member of the diagnostic archive is to us. `skip`: configuration and keys, which are nobody's evidence. */
export type MemberUse = { readonly kind: 'pcap'; readonly interface: string } | { readonly kind: 'log' } | { readonly kind: 'skip' };

/** Last part of a member's path: what stands before it, `../` for example, never reaches a name of ours. */
export function memberBaseName(path: string): string {
  return path.split(/[/\\]/).filter((part) => part !== '').at(-1) ?? '';
}

/**
 * Decides by name. Captures are called after their network card (`eth0_diagnostic_logging_tcpdump00_…pcap`), the log is the text
 * whose name says so; snapshots of configuration and status can hold hashed secrets and certificates, so they stay in the archive.
 */
export function useOfMember(path: string): MemberUse {
  const name = memberBaseName(path);
  if (/\.p?cap(?:ng)?\d*$/i.test(name)) {
    const card = /^([a-z]{2,10}\d{1,3}|lo|any)(?![a-z0-9])/i.exec(name)?.[1];
    return { kind: 'pcap', interface: card ?? name.replace(/\.[^.]*$/, '') };
  }
  return /\.(?:txt|log)$/i.test(name) && /log/i.test(name) && !/x(?:conf|stat)/i.test(name) ? { kind: 'log' } : { kind: 'skip' };
}
