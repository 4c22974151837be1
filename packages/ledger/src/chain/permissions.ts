/** Who may do what on the chain, and with which asset. */
import type { Address } from '@wattlot/core';
import { PERMISSION_FLAGS, PERMISSION_FOREVER } from '../format/element.ts';
import type { AssetId, PermissionGrant } from '../format/element.ts';

/** A permission by the name that `grant` and `listpermissions` use. */
export type PermissionName = keyof typeof PERMISSION_FLAGS;

/** One permission of one address. */
export interface PermissionView {
  readonly address: Address;
  /** The asset it is about, null for the whole chain. */
  readonly entity: AssetId | null;
  readonly type: PermissionName;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** Who granted it. */
  readonly admin: Address;
}

/** The order in which a node lists the permissions of one address. */
export const PERMISSION_NAMES: readonly PermissionName[] = [
  'connect',
  'send',
  'receive',
  'write',
  'issue',
  'create',
  'mine',
  'admin',
  'activate',
];

/** Permissions of the whole chain that mean something on it. */
export const CHAIN_FLAGS: number = flagsOf(PERMISSION_NAMES.filter((name) => name !== 'write'));

/** Permissions that can be had for one asset. */
export const ASSET_FLAGS: number = flagsOf(['issue', 'admin', 'activate']);

/** The union of permissions. */
function flagsOf(names: readonly PermissionName[]): number {
  return names.reduce((flags, name) => flags | PERMISSION_FLAGS[name], 0);
}

/** A grant that holds for ever, from the first block on. */
export function standingGrant(
  names: readonly PermissionName[],
  entity: AssetId | null,
  timestamp: number,
): PermissionGrant {
  return { entity, flags: flagsOf(names), start: 0, end: PERMISSION_FOREVER, timestamp };
}

/** What `revoke` writes: the same permission for no block at all. */
export function revocation(
  names: readonly PermissionName[],
  entity: AssetId | null,
  timestamp: number,
): PermissionGrant {
  return { entity, flags: flagsOf(names), start: 0, end: 0, timestamp };
}

/** Whether a grant takes the permission away. */
export function isRevocation({ start, end }: PermissionGrant): boolean {
  return start >= end;
}

/**
 * Whether a grant holds for ever or is a revocation. Permissions for a window of blocks are refused here: blocks come when there is work, so such a
 * window says nothing about time.
 */
export function isStanding({ start, end }: PermissionGrant): boolean {
  return start === 0 && (end === PERMISSION_FOREVER || end === 0);
}

interface Held {
  readonly timestamp: number;
  readonly admin: Address;
}

/** The permissions that stand. The last grant of a permission replaces the one before. */
export class PermissionTable {
  readonly #entities = new Map<AssetId | null, Map<PermissionName, Map<Address, Held>>>();

  /** Notes a grant or a revocation. */
  apply(address: Address, grant: PermissionGrant, admin: Address): void {
    let types = this.#entities.get(grant.entity);
    if (!types) this.#entities.set(grant.entity, (types = new Map()));
    const { timestamp } = grant;
    for (const name of PERMISSION_NAMES) {
      if ((grant.flags & PERMISSION_FLAGS[name]) === 0) continue;
      let holders = types.get(name);
      if (!holders) types.set(name, (holders = new Map()));
      if (isRevocation(grant)) holders.delete(address);
      else holders.set(address, { timestamp, admin });
    }
  }

  /** Whether the address has the permission. */
  has(address: Address, name: PermissionName, entity: AssetId | null): boolean {
    return this.#entities.get(entity)?.get(name)?.has(address) ?? false;
  }

  /** The permissions of one entity, for some addresses or all, in a node's order. */
  list(entity: AssetId | null, addresses?: readonly Address[]): PermissionView[] {
    const types = this.#entities.get(entity);
    const found: PermissionView[] = [];
    for (const type of PERMISSION_NAMES) {
      for (const [address, held] of types?.get(type) ?? []) {
        if (addresses && !addresses.includes(address)) continue;
        found.push({ address, entity, type, ...held });
      }
    }
    return found;
  }

  /** Everything about some addresses, the chain's own permissions first. */
  of(addresses: readonly Address[]): PermissionView[] {
    return [...this.#entities.keys()].flatMap((entity) => this.list(entity, addresses));
  }
}
