import { ROLE_PERMISSIONS, type UserView } from '@capstan/contracts';
import type { UserEntity } from './user.entity';

/** A user as clients see it. */
export function toUserView(user: UserEntity): UserView {
  return {
    user_id: user.userId,
    username: user.username,
    display_name: user.displayName,
    role: user.role,
    permissions: [...ROLE_PERMISSIONS[user.role]],
    disabled: user.disabled,
    must_change_password: user.mustChangePassword,
    created_at: user.createdAt.toISOString(),
    last_sign_in_at: user.lastSignInAt?.toISOString() ?? null,
  };
}
