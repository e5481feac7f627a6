/** Ids of all credentials a target's spec names, at whatever depth: fields that are called `credential_id`, or end with `_credential_id`. */
export function credentialsIn(spec: unknown): string[] {
  if (Array.isArray(spec)) {
    return spec.flatMap(credentialsIn);
  }
  if (typeof spec !== 'object' || spec === null) {
    return [];
  }
  return Object.entries(spec).flatMap(([name, value]) => (/(?:^|_)credential_id$/.test(name) && typeof value === 'string' ? [value] : credentialsIn(value)));
}
