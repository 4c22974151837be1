/** What an operator grants to participants and their meters, as one list: to trade on the whole chain, and to issue the market's energy. */
import type { Address } from '@wattlot/core';
import type { PermissionName } from '../chain/permissions.ts';

/** Permissions of a settlement address: nothing more, so that an offer can carry no other power. */
export const SETTLEMENT_PERMISSIONS: readonly PermissionName[] = ['connect', 'send', 'receive'];

/** Permissions of a meter's address besides that of issuing energy: it may spend its own output, and receives no assets. */
export const METER_PERMISSIONS: readonly PermissionName[] = ['connect', 'send'];

/** All that may be granted; `issue` is of energy, the others of the whole chain. */
export const PARTICIPANT_PERMISSIONS = ['connect', 'send', 'receive', 'issue'] as const;
export type ParticipantPermission = (typeof PARTICIPANT_PERMISSIONS)[number];

/** Grants or takes permissions of the whole chain, or of an asset. Does nothing for those that are as they should be. */
export type ChangePermissions = (
  address: Address,
  permissions: readonly PermissionName[],
  asset?: string,
) => Promise<unknown>;

/** What a ledger does with permissions. */
export interface LedgerPermissions {
  /** The name of the energy asset. */
  readonly energy: string;
  readonly grant: ChangePermissions;
  readonly revoke: ChangePermissions;
  /** Address and permission of all that these have: of the whole chain all but `issue`, and `issue` of energy. Others may be among them. */
  readonly held: (addresses: readonly Address[]) => Promise<Iterable<readonly [Address, string]>>;
}

/** An operator's hand on what participants may do. Throws as the ledger does. */
export interface ParticipantPermissions {
  /** What addresses may do, of that which an operator grants; an address that may nothing is left out. */
  permissionsOf(
    addresses: readonly Address[],
  ): Promise<ReadonlyMap<Address, readonly ParticipantPermission[]>>;
  /** Grants a participant or a meter what it does not have yet. */
  grantTo(address: Address, permissions: readonly ParticipantPermission[]): Promise<void>;
  /** Takes from a participant or a meter what it has of these. */
  revokeFrom(address: Address, permissions: readonly ParticipantPermission[]): Promise<void>;
}

/** The same on every ledger. */
export function participantPermissions({
  energy,
  grant,
  revoke,
  held,
}: LedgerPermissions): ParticipantPermissions {
  const change = async (
    how: ChangePermissions,
    address: Address,
    permissions: readonly ParticipantPermission[],
  ): Promise<void> => {
    const ofChain = permissions.filter((name) => name !== 'issue');
    if (ofChain.length > 0) await how(address, ofChain);
    if (permissions.includes('issue')) await how(address, ['issue'], energy);
  };
  return {
    permissionsOf: async (addresses) => {
      if (addresses.length === 0) return new Map();
      const found = new Map<Address, Set<string>>();
      for (const [address, name] of await held(addresses)) {
        found.set(address, (found.get(address) ?? new Set()).add(name));
      }
      return new Map(
        [...found].map(([address, names]) => {
          return [address, PARTICIPANT_PERMISSIONS.filter((name) => names.has(name))];
        }),
      );
    },
    grantTo: (address, permissions) => change(grant, address, permissions),
    revokeFrom: (address, permissions) => change(revoke, address, permissions),
  };
}
