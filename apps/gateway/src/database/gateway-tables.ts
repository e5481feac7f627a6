import { ApiTokenEntity } from '../tokens/api-token.entity';
import { AuditEntryEntity } from '../audit/audit-entry.entity';
import { RefreshTokenEntity } from '../auth/refresh-token.entity';
import { SignInAttemptEntity } from '../auth/sign-in-attempt.entity';
import { IdempotencyKeyEntity } from '../idempotency/idempotency-key.entity';
import { UserEntity } from '../users/user.entity';
import { CreateGateway1763700000000 } from './migrations/1763700000000-create-gateway.migration';

/** Tables of the gateway beside those of messaging. */
export const gatewayEntities = [UserEntity, ApiTokenEntity, RefreshTokenEntity, SignInAttemptEntity, IdempotencyKeyEntity, AuditEntryEntity] as const;
/** Oldest first. */
export const gatewayMigrations = [CreateGateway1763700000000] as const;
