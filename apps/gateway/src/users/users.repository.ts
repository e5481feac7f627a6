import { AppError } from '@capstan/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { UserEntity } from './user.entity';

/** PostgreSQL: unique_violation. */
const UNIQUE_VIOLATION = '23505';

/** How names are compared. */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase();
}

/** The table of users. */
@Injectable()
export class UsersRepository {
  constructor(private readonly source: DataSource) {}

  /** Runs work in a transaction in which `manager` writes. */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return await this.source.transaction(work);
  }

  async findById(userId: string, manager: EntityManager = this.source.manager): Promise<UserEntity | undefined> {
    return (await manager.findOneBy(UserEntity, { userId })) ?? undefined;
  }

  async findByUsername(username: string): Promise<UserEntity | undefined> {
    return (await this.source.manager.findOneBy(UserEntity, { usernameKey: usernameKey(username) })) ?? undefined;
  }

  /** Ordered by name. */
  async page(offset: number, limit: number): Promise<{ users: UserEntity[]; total: number }> {
    const [users, total] = await this.source.manager.findAndCount(UserEntity, { order: { usernameKey: 'ASC' }, skip: offset, take: limit });
    return { users, total };
  }

  /** @throws AppError `NAME_TAKEN` */
  async insert(user: UserEntity, manager: EntityManager = this.source.manager): Promise<void> {
    try {
      await manager.insert(UserEntity, user);
    } catch (error) {
      if (error instanceof QueryFailedError && (error.driverError as { code?: string }).code === UNIQUE_VIOLATION) {
        throw new AppError('NAME_TAKEN', 'There is a user of this name already', { cause: error });
      }
      throw error;
    }
  }

  async update(userId: string, changes: Partial<UserEntity>, manager: EntityManager = this.source.manager): Promise<void> {
    await manager.update(UserEntity, { userId }, changes);
  }

  async remove(userId: string, manager: EntityManager): Promise<void> {
    await manager.delete(UserEntity, { userId });
  }

  /**
   * Locks and returns every administrator who can sign in. Whoever is about to make one fewer takes this lock first, so
   * that two of them cannot each remove the other.
   */
  async lockAdministrators(manager: EntityManager): Promise<string[]> {
    const rows = await manager.find(UserEntity, { select: { userId: true }, where: { role: 'admin', disabled: false }, order: { userId: 'ASC' }, lock: { mode: 'pessimistic_write' } });
    return rows.map(({ userId }) => userId);
  }

  async isEmpty(manager: EntityManager): Promise<boolean> {
    return !(await manager.exists(UserEntity));
  }
}
