import type { CaptureCapability, CaptureDeviceType, CreateCaptureSessionBody } from '@capstan/contracts';
import { type DraftOptions, NO_OPTIONS, optionFields, wayFields } from './device-options';
import { compileTree, type DraftGroup, EMPTY_TREE } from './filter-draft';

/** Where a device's credentials come from: the session's own, a stored one, or typed ones. */
export type Access = 'shared' | 'stored' | 'typed';

/** A number field: empty while someone types. */
export type NumberField = number | '';

/** One device of the draft. Its password is not here: a draft is kept in the browser's storage, passwords never are. */
export interface DraftTarget {
  readonly key: string;
  readonly deviceType: CaptureDeviceType;
  readonly host: string;
  readonly port: NumberField;
  readonly interface: string;
  readonly access: Access;
  readonly credentialId: string;
  readonly username: string;
  readonly options: DraftOptions;
}

/** What a capture should keep; empty fields do not narrow. */
export interface DraftFilter {
  readonly host: string;
  readonly src: string;
  readonly dest: string;
  readonly port: NumberField;
  readonly protocol: string;
}

/** Everything the wizard knows, without a secret. */
export interface Draft {
  readonly name: string;
  readonly mode: 'standard' | 'rotating';
  readonly durationSec: NumberField;
  readonly sizePerFileMb: NumberField;
  readonly maxFiles: NumberField;
  /** Which of the two filters counts: the short form, or the tree. The other is kept for a change of mind. */
  readonly filterForm: 'short' | 'tree';
  readonly filter: DraftFilter;
  readonly tree: DraftGroup;
  /** What happens to conditions that a device cannot apply itself. */
  readonly onUnsupported: 'refuse' | 'post_filter';
  readonly sharedAccess: 'stored' | 'typed';
  readonly sharedCredentialId: string;
  readonly sharedUsername: string;
  readonly armTimeoutSec: NumberField;
  readonly allowPartial: boolean;
  readonly targets: readonly DraftTarget[];
}

/** Typed passwords: by the key of a target, and `shared`. They live in memory only. */
export type Secrets = Readonly<Record<string, string>>;

/** Body of `POST /capture-sessions` before it is checked. */
export type DraftBody = Partial<Omit<CreateCaptureSessionBody, 'targets' | 'filter' | 'options'>> & {
  readonly targets: readonly Readonly<Record<string, unknown>>[];
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
};

/** A new draft: a minute on everything. */
export const EMPTY_DRAFT: Draft = {
  name: '',
  mode: 'standard',
  durationSec: 60,
  sizePerFileMb: 25,
  maxFiles: 10,
  filterForm: 'short',
  filter: { host: '', src: '', dest: '', port: '', protocol: '' },
  tree: EMPTY_TREE,
  onUnsupported: 'refuse',
  sharedAccess: 'stored',
  sharedCredentialId: '',
  sharedUsername: '',
  armTimeoutSec: 90,
  allowPartial: true,
  targets: [],
};

/** Lengths on offer beside the field, in seconds. */
export const DURATION_PRESETS = [30, 60, 120, 300, 600] as const;

/**
 * The body a draft becomes. Empty fields are left out, so that the server's defaults apply.
 * @param capabilities what device types know, to leave out options that were chosen for another type; all are sent without
 */
export function bodyOf(draft: Draft, secrets: Secrets, capabilities?: readonly CaptureCapability[]): DraftBody {
  return clean({
    name: text(draft.name),
    mode: draft.mode,
    duration_sec: draft.mode === 'standard' ? number(draft.durationSec) : undefined,
    size_per_file_mb: draft.mode === 'rotating' ? number(draft.sizePerFileMb) : undefined,
    max_files: draft.mode === 'rotating' ? number(draft.maxFiles) : undefined,
    filter: filterOf(draft),
    on_unsupported: draft.onUnsupported === 'refuse' ? undefined : draft.onUnsupported,
    targets: draft.targets.map((target) =>
      clean({
        device_type: target.deviceType,
        host: target.host.trim(),
        port: number(target.port),
        interface: text(target.interface),
        ...optionFields(target.options, capabilities?.find(({ device_type: type }) => type === target.deviceType)),
        ...wayFields(target.options, target.deviceType),
        credential_id: target.access === 'stored' ? text(target.credentialId) : undefined,
        username: target.access === 'typed' ? text(target.username) : undefined,
        password: target.access === 'typed' ? secrets[target.key] || undefined : undefined,
      }),
    ),
    ...(draft.sharedAccess === 'stored' ? { credential_id: text(draft.sharedCredentialId) } : { username: text(draft.sharedUsername), password: secrets['shared'] || undefined }),
    options: clean({ arm_timeout_sec: number(draft.armTimeoutSec), allow_partial: draft.allowPartial }),
  }) as DraftBody;
}

/** The filter as the API takes it; undefined when nothing narrows. */
export function filterOf({ filterForm, filter, tree }: Pick<Draft, 'filterForm' | 'filter' | 'tree'>): Readonly<Record<string, unknown>> | undefined {
  if (filterForm === 'tree') {
    const { expression } = compileTree(tree);
    return expression === undefined ? undefined : { expression };
  }
  const given = clean({ host: text(filter.host), src: text(filter.src), dest: text(filter.dest), port: number(filter.port), protocol: text(filter.protocol) });
  return Object.keys(given).length === 0 ? undefined : given;
}

/** Most megabytes one target can write; undefined where only time ends it. */
export function mostMegabytes(draft: Draft): number | undefined {
  return draft.mode === 'rotating' && draft.sizePerFileMb !== '' && draft.maxFiles !== '' ? draft.sizePerFileMb * draft.maxFiles : undefined;
}

/** Keys of targets that are in the draft twice: same host, port and interface once the defaults of their type are filled in. */
export function duplicateKeys(targets: readonly DraftTarget[], defaults: Readonly<Record<CaptureDeviceType, { port: number; interface: string }>>): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const target of targets) {
    const { port, interface: name } = defaults[target.deviceType];
    const where = [target.host.trim().toLowerCase(), target.port === '' ? port : target.port, target.interface.trim() === '' ? name : target.interface.trim()].join('|');
    if (seen.has(where)) {
      twice.add(target.key);
    }
    seen.add(where);
  }
  return twice;
}

/** A new target without options. */
export function targetOf(key: string, part: Pick<DraftTarget, 'deviceType' | 'host' | 'port' | 'interface'>): DraftTarget {
  return { key, access: 'shared', credentialId: '', username: '', options: NO_OPTIONS, ...part };
}

function clean(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function text(value: string): string | undefined {
  return value.trim() === '' ? undefined : value.trim();
}

function number(value: NumberField): number | undefined {
  return value === '' ? undefined : value;
}
