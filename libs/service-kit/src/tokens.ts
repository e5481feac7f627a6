/** Injection token of the kernel's `Clock`. */
export const CLOCK = Symbol('CLOCK');
/** Injection token of the kernel's `IdSource`. */
export const IDS = Symbol('IDS');
/** Injection token of the kernel's `Random`. */
export const RANDOM = Symbol('RANDOM');
/** Injection token of the `ObjectStore`. */
export const OBJECT_STORE = Symbol('OBJECT_STORE');
/** Injection token of the {@link ServiceIdentity}. */
export const SERVICE = Symbol('SERVICE');

/** Who this process is. */
export interface ServiceIdentity {
  readonly name: string;
  /** Unique per running process; holds leases and names queues. */
  readonly instance: string;
  readonly version: string;
}
