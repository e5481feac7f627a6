import { MAX_JUMPS } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';

/** What must be known of a device to go through it. */
export interface JumpDevice {
  readonly device_id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly credential_id: string | null;
  readonly jump_host_id: string | null;
}

/** A host on the way to a device. */
export interface ResolvedJump {
  readonly host: string;
  readonly port: number;
  readonly credentialId: string;
}

/**
 * The hosts on the way to a device, the outermost (which is reached directly) first. Pure.
 * @param jumpHostId the device through which it is reached; null for none
 * @throws AppError `JUMP_CYCLE`, `JUMP_TOO_LONG`, `JUMP_HOST_NOT_FOUND`, `JUMP_WITHOUT_CREDENTIAL`
 */
export function resolveJumps(deviceId: string, jumpHostId: string | null, find: (id: string) => JumpDevice | undefined): readonly ResolvedJump[] {
  const hops = jumpPath(deviceId, jumpHostId, find);
  return hops.reverse().map(({ name, address, port, credential_id: credentialId }) => {
    if (credentialId === null) {
      throw new AppError('JUMP_WITHOUT_CREDENTIAL', `the jump host ${name} has no credential`);
    }
    return { host: address, port, credentialId };
  });
}

/**
 * The devices on the way, the nearest to the device first; credentials may be missing yet.
 * @throws AppError `JUMP_CYCLE`, `JUMP_TOO_LONG`, `JUMP_HOST_NOT_FOUND`
 */
export function jumpPath(deviceId: string, jumpHostId: string | null, find: (id: string) => JumpDevice | undefined): JumpDevice[] {
  const seen = new Set([deviceId]);
  const hops: JumpDevice[] = [];
  for (let next = jumpHostId; next !== null; ) {
    if (seen.has(next)) {
      throw new AppError('JUMP_CYCLE', 'the way through the jump hosts leads back to where it began');
    }
    if (hops.length === MAX_JUMPS) {
      throw new AppError('JUMP_TOO_LONG', `more than ${MAX_JUMPS} jump hosts are on the way`);
    }
    seen.add(next);
    const hop = find(next);
    if (hop === undefined) {
      throw new AppError('JUMP_HOST_NOT_FOUND', 'no such jump host');
    }
    hops.push(hop);
    next = hop.jump_host_id;
  }
  return hops;
}
