import { keep } from '../design/kept';
import { CAPTURE_TYPE_TEXTS } from './capture-type-words';

/** Who logs in: each device's own credential, one that is stored, or one that is typed here. */
export type LoginMode = 'own' | 'stored' | 'typed';

/** What stands in the wizard. Secrets are not part of it, so that it can be kept over a reload. */
export interface CollectionDraft {
  readonly vendor: string;
  readonly site: string;
  readonly role: string;
  /** Devices that were picked in the inventory; empty: all that match. */
  readonly picked: readonly string[];
  /** Devices that match and are left out. */
  readonly excluded: readonly string[];
  readonly types: readonly string[];
  readonly login: LoginMode;
  readonly credentialId: string;
  readonly username: string;
  readonly maxWorkers: number | string;
  readonly autoLoadDb: boolean;
  readonly name: string;
}

/** Secrets that were typed; they live as long as the page. */
export interface TypedSecrets {
  readonly password: string;
  readonly enableSecret: string;
}

/** A wizard to begin with. */
export const EMPTY_DRAFT: CollectionDraft = { vendor: '', site: '', role: '', picked: [], excluded: [], types: ['configs'], login: 'own', credentialId: '', username: '', maxWorkers: 5, autoLoadDb: true, name: '' };
/** No secrets. */
export const NO_SECRETS: TypedSecrets = { password: '', enableSecret: '' };
/** Devices at work at once, at most. */
export const MOST_WORKERS = 50;

const KEY = 'capstan-collection-draft.v1';

/** Keeps a draft over a reload of the tab. */
export function saveDraft(storage: Pick<Storage, 'setItem' | 'removeItem'>, draft: CollectionDraft | undefined): void {
  keep(storage, KEY, draft);
}

/** The kept draft; what is missing or of another shape is as at the beginning. */
export function loadDraft(storage: Pick<Storage, 'getItem'>): CollectionDraft {
  try {
    const kept = JSON.parse(storage.getItem(KEY) ?? 'null') as Partial<Record<keyof CollectionDraft, unknown>> | null;
    if (typeof kept !== 'object' || kept === null) {
      return EMPTY_DRAFT;
    }
    const fits = (name: keyof CollectionDraft): boolean => (Array.isArray(EMPTY_DRAFT[name]) ? Array.isArray(kept[name]) && (kept[name] as unknown[]).every((item) => typeof item === 'string') : name === 'maxWorkers' ? ['number', 'string'].includes(typeof kept[name]) : typeof kept[name] === typeof EMPTY_DRAFT[name]);
    const known = Object.fromEntries((Object.keys(EMPTY_DRAFT) as (keyof CollectionDraft)[]).filter(fits).map((name) => [name, kept[name]]));
    return { ...EMPTY_DRAFT, ...known };
  } catch {
    return EMPTY_DRAFT;
  }
}

/** The devices that are chosen among those that match. */
export function chosenOf<Device extends { readonly id: string }>(devices: readonly Device[], { picked, excluded }: Pick<CollectionDraft, 'picked' | 'excluded'>): readonly Device[] {
  const only = new Set(picked);
  const without = new Set(excluded);
  return devices.filter(({ id }) => (only.size === 0 || only.has(id)) && !without.has(id));
}

/** Why the first step cannot be left; undefined when it can. */
export function selectionProblem(draft: CollectionDraft, chosen: number): string | undefined {
  if (draft.types.length === 0) {
    return 'Select at least one capture type.';
  }
  return chosen === 0 ? 'Select at least one device.' : undefined;
}

/** What is wrong with the options, by field. */
export function optionProblems(draft: CollectionDraft, secrets: TypedSecrets): Partial<Record<'credentialId' | 'username' | 'password' | 'maxWorkers', string>> {
  const workers = Number(draft.maxWorkers);
  return {
    ...(draft.login === 'stored' && draft.credentialId === '' ? { credentialId: 'Choose a credential.' } : {}),
    ...(draft.login === 'typed' && draft.username.trim() === '' ? { username: 'A user name is needed.' } : {}),
    ...(draft.login === 'typed' && secrets.password === '' ? { password: 'A password is needed.' } : {}),
    ...(!Number.isInteger(workers) || workers < 1 || workers > MOST_WORKERS ? { maxWorkers: `From 1 to ${MOST_WORKERS}.` } : {}),
  };
}

/** What the API is told. */
export function bodyOf(draft: CollectionDraft, secrets: TypedSecrets, devices: readonly string[]) {
  const word = (name: 'vendor' | 'site' | 'role') => (draft[name] === '' ? {} : { [name]: draft[name] });
  const order = Object.keys(CAPTURE_TYPE_TEXTS);
  const place = (type: string): number => (order.includes(type) ? order.indexOf(type) : order.length);
  return {
    devices: [...devices],
    capture_types: [...draft.types].sort((a, b) => place(a) - place(b)),
    ...(draft.login === 'own' ? {} : { credentials: draft.login === 'stored' ? { credential_id: draft.credentialId } : { username: draft.username.trim(), password: secrets.password, ...(secrets.enableSecret === '' ? {} : { enable_secret: secrets.enableSecret }) } }),
    filters: { ...word('vendor'), ...word('site'), ...word('role') },
    options: { max_workers: Number(draft.maxWorkers), auto_load_db: draft.autoLoadDb },
    ...(draft.name.trim() === '' ? {} : { name: draft.name.trim() }),
  };
}
