/** Everything a user or token can be allowed to do. */
export const PERMISSIONS = [
  'sessions:read',
  'sessions:write',
  'devices:read',
  'devices:write',
  'cameras:read',
  'cameras:write',
  'recordings:read',
  'recordings:write',
  'artifacts:download',
  'notifications:read',
  'notifications:write',
  'storage:read',
  'storage:write',
  'users:admin',
  'audit:read',
  'credentials:write',
  /** Secrets inside captured configurations; everyone else sees them masked. */
  'secrets:reveal',
] as const;
/** See {@link PERMISSIONS}. */
export type Permission = (typeof PERMISSIONS)[number];

/** Roles of users. */
export const ROLES = ['admin', 'operator', 'viewer'] as const;
/** See {@link ROLES}. */
export type Role = (typeof ROLES)[number];

const VIEWER: readonly Permission[] = ['sessions:read', 'devices:read', 'cameras:read', 'recordings:read'];
const OPERATOR: readonly Permission[] = [
  ...VIEWER,
  'sessions:write',
  'devices:write',
  'cameras:write',
  'recordings:write',
  'artifacts:download',
  'credentials:write',
  'notifications:read',
  'storage:read',
];

/** What each role may do. A viewer sees that a capture exists but not what was captured. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  admin: PERMISSIONS,
  operator: OPERATOR,
  viewer: VIEWER,
};
