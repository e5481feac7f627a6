import type { DraftBody } from './draft';

/**
 * The same order as a shell command. Secrets are read from the environment: the token from `CAPSTAN_TOKEN`, passwords from
 * `DEVICE_PASSWORD` (for all) or `DEVICE_PASSWORD_<n>` (of the nth target).
 */
export function curlOf(body: DraftBody, origin: string): string {
  const redacted = {
    ...body,
    ...('password' in body ? { password: placeholder('') } : {}),
    targets: body.targets.map((target, index) => ('password' in target ? { ...target, password: placeholder(`_${index + 1}`) } : target)),
  };
  const json = JSON.stringify(redacted, null, 2)
    // The here-document is expanded by the shell, so that the variables work; nothing else in it may be.
    .replace(/[\\$`]/g, '\\$&')
    .replace(/"@@(DEVICE_PASSWORD\w*)@@"/g, '"${$1}"');
  return [
    `curl --fail-with-body '${origin}/api/v1/capture-sessions' \\`,
    `  --header "Authorization: Bearer \${CAPSTAN_TOKEN}" \\`,
    `  --header 'Content-Type: application/json' \\`,
    `  --header "Idempotency-Key: $(uuidgen)" \\`,
    `  --data @- <<JSON`,
    json,
    'JSON',
  ].join('\n');
}

function placeholder(suffix: string): string {
  return `@@DEVICE_PASSWORD${suffix}@@`;
}
