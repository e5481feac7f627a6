import { packetCaptureTarget, type PacketCaptureTarget, sessionOptions } from '@capstan/contracts';
import { type DraftOptions, NO_OPTIONS } from './device-options';
import { type Draft, type DraftBody, type DraftTarget, EMPTY_DRAFT } from './draft';
import { draftOf, EMPTY_TREE } from './filter-draft';

/** A session as a template keeps it. */
export interface TemplateSession {
  readonly name?: string;
  readonly duration_sec?: number;
  readonly targets: readonly Readonly<Record<string, unknown>>[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** Why a draft cannot be kept as a template; undefined where it can. A template names credentials, it holds no secret. */
export function notATemplateBecause(draft: Draft, problems: number): string | undefined {
  if (draft.targets.length === 0) {
    return 'Add a device first';
  }
  const typed = draft.targets.some(({ access }) => access === 'typed' || (access === 'shared' && draft.sharedAccess === 'typed'));
  if (typed) {
    return 'A template holds no password: choose stored credentials for every device';
  }
  return problems > 0 ? 'Fix what is wrong with the draft first' : undefined;
}

/** The session a template keeps of a draft that {@link notATemplateBecause} has nothing against. */
export function templateSessionOf(body: DraftBody): TemplateSession {
  const { name, mode, duration_sec: durationSec, size_per_file_mb: sizePerFileMb, max_files: maxFiles, filter, on_unsupported: onUnsupported, credential_id: shared, options } = body;
  const each = Object.fromEntries(Object.entries({ mode, size_per_file_mb: sizePerFileMb, max_files: maxFiles, filter, on_unsupported: onUnsupported }).filter(([, value]) => value !== undefined));
  return {
    ...(name === undefined ? {} : { name }),
    ...(durationSec === undefined ? {} : { duration_sec: durationSec }),
    targets: body.targets.map((target) => ({ kind: 'packet-capture', ...each, credential_id: shared, ...target })),
    options,
  };
}

/** A draft of a template's session, and how many of its targets are of another kind and cannot be in it. */
export function draftOfTemplate(session: Readonly<Record<string, unknown>>, newKey: () => string): { readonly draft: Draft; readonly leftOut: number } {
  const given = Array.isArray(session['targets']) ? session['targets'] : [];
  const targets = given.flatMap((target): PacketCaptureTarget[] => {
    const known = packetCaptureTarget.safeParse(target);
    return known.success ? [known.data] : [];
  });
  const [first] = targets;
  const options = sessionOptions.safeParse(session['options'] ?? {});
  const credentials = new Set(targets.map(({ credential_id: id }) => id));
  const shared = credentials.size === 1 ? (first?.credential_id ?? '') : '';
  const { expression, ...short } = first?.filter ?? {};
  return {
    leftOut: given.length - targets.length,
    draft: {
      ...EMPTY_DRAFT,
      name: typeof session['name'] === 'string' ? session['name'] : '',
      mode: first?.mode ?? EMPTY_DRAFT.mode,
      durationSec: typeof session['duration_sec'] === 'number' ? session['duration_sec'] : EMPTY_DRAFT.durationSec,
      sizePerFileMb: first?.size_per_file_mb ?? EMPTY_DRAFT.sizePerFileMb,
      maxFiles: first?.max_files ?? EMPTY_DRAFT.maxFiles,
      filterForm: expression === undefined ? 'short' : 'tree',
      filter: { host: short.host ?? '', src: short.src ?? '', dest: short.dest ?? '', port: short.port ?? '', protocol: short.protocol ?? '' },
      tree: expression === undefined ? EMPTY_TREE : draftOf(expression, newKey),
      onUnsupported: first?.on_unsupported ?? 'refuse',
      sharedAccess: 'stored',
      sharedCredentialId: shared,
      armTimeoutSec: options.success ? options.data.arm_timeout_sec : EMPTY_DRAFT.armTimeoutSec,
      allowPartial: options.success ? options.data.allow_partial : EMPTY_DRAFT.allowPartial,
      targets: targets.map((target) => draftTarget(target, newKey(), shared)),
    },
  };
}

function draftTarget(target: PacketCaptureTarget, key: string, shared: string): DraftTarget {
  const own = target.credential_id !== shared;
  return { key, deviceType: target.device_type, host: target.host, port: target.port ?? '', interface: target.interface ?? '', access: own ? 'stored' : 'shared', credentialId: own ? target.credential_id : '', username: '', options: draftOptions(target) };
}

function draftOptions(target: PacketCaptureTarget): DraftOptions {
  return {
    bufferMb: target.buffer_mb ?? NO_OPTIONS.bufferMb,
    buffer: target.buffer ?? NO_OPTIONS.buffer,
    packetLimit: target.packet_limit ?? NO_OPTIONS.packetLimit,
    direction: target.direction ?? NO_OPTIONS.direction,
    controlPlane: target.control_plane ?? NO_OPTIONS.controlPlane,
    extras: target.extras ?? NO_OPTIONS.extras,
    appCredentialId: target.app_credential_id ?? NO_OPTIONS.appCredentialId,
    takeover: target.takeover ?? NO_OPTIONS.takeover,
    tlsFingerprint: target.tls_fingerprint ?? NO_OPTIONS.tlsFingerprint,
    legacyCrypto: target.legacy_crypto ?? NO_OPTIONS.legacyCrypto,
    hostKey: target.host_key ?? NO_OPTIONS.hostKey,
    jumps: (target.jump ?? []).map(({ host, port, credential_id: credentialId }) => ({ host, port, credentialId })),
  };
}
