import { userInfo } from 'node:os';
import { AppError } from '@capstan/kernel';
import { MAX_FLEET } from './fleet-plan';

/** Second octets of the fleets' addresses; the lab's other loopback addresses are below. */
const FIRST_OCTET = 218;
const OCTETS_PER_USER = 8;
const USERS = 4;
/** 2,048 addresses for each slot: eight blocks of 256. */
const BLOCKS_PER_SLOT = 8;
const SLOTS_PER_OCTET = 256 / BLOCKS_PER_SLOT;
/** .0 and .255 look like something else. */
const HOSTS_PER_BLOCK = 254;

/** Address of a device: all of 127/8 is loopback on Linux, and labs that run beside each other have different slots. */
export function fleetAddress(slot: number, index: number, uid: number = userInfo().uid): string {
  if (slot < 1 || slot > 254 || index < 1 || index > MAX_FLEET) {
    throw new AppError('INTERNAL_ERROR', `there is no address for device ${index} of slot ${slot}`);
  }
  const octet = FIRST_OCTET + (uid % USERS) * OCTETS_PER_USER + Math.floor((slot - 1) / SLOTS_PER_OCTET);
  const block = ((slot - 1) % SLOTS_PER_OCTET) * BLOCKS_PER_SLOT + Math.floor((index - 1) / HOSTS_PER_BLOCK);
  return `127.${octet}.${block}.${1 + ((index - 1) % HOSTS_PER_BLOCK)}`;
}
