/** The operator of a market on a real chain, by calls to a node that has an administrator's key. Everything but an issue may be repeated. */
import type { Address, Txid } from '@wattlot/core';
import { addressOf, BURN_HASH } from '../format/address.ts';
import type { ChainParams } from '../format/address.ts';
import { LedgerError } from '../ledger-error.ts';
import { decimalOf, unitsOf } from '../node/decimal.ts';
import type { PermissionName } from '../chain/permissions.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { MarketAsset } from '../wallet/operator.ts';
import {
  METER_PERMISSIONS,
  participantPermissions,
  SETTLEMENT_PERMISSIONS,
} from '../wallet/participant-permissions.ts';
import type { ParticipantPermissions } from '../wallet/participant-permissions.ts';
import { fieldsIn, listIn, textIn } from './answers.ts';
import { assetOf, txidIn } from './node-ledger.ts';
import type { NodeAsset } from './node-ledger.ts';
import type { BatchNode } from './rpc-client.ts';

/** The two assets of a market: their names on the chain, and units. */
export type MarketAssets = Readonly<Record<'energy' | 'ecoin', MarketAsset>>;

/** What an operator has to be allowed: to let others in, and to issue assets. */
const OPERATOR_PERMISSIONS: readonly PermissionName[] = ['admin', 'issue'];

/** Throws LedgerError when the node cannot be asked, RpcError when it refuses. */
export class NodeOperator {
  readonly address: Address;
  readonly participants: ParticipantPermissions;
  readonly #node: BatchNode;
  readonly #params: ChainParams;
  readonly #assets: MarketAssets;

  constructor(options: {
    readonly node: BatchNode;
    readonly params: ChainParams;
    readonly address: Address;
    readonly assets: MarketAssets;
  }) {
    this.#node = options.node;
    this.#params = options.params;
    this.address = options.address;
    this.#assets = options.assets;
    this.participants = participantPermissions({
      energy: this.#assets.energy.name,
      grant: (address, permissions, asset) => this.#grant(address, permissions, asset),
      revoke: (address, permissions, asset) => this.#revoke(address, permissions, asset),
      held: (addresses) => this.#heldBy(addresses),
    });
  }

  /** Makes sure that the market's assets exist and are open. @throws LedgerError `other_chain` if there is one of another kind. */
  async ensureMarket(): Promise<readonly NodeAsset[]> {
    const assets = [
      await this.#ensureAsset(this.#assets.energy),
      await this.#ensureAsset(this.#assets.ecoin),
    ];
    // Where energy goes when it is used: nobody has its key.
    await this.#grant(addressOf(BURN_HASH, this.#params), ['receive']);
    return assets;
  }

  /** Lets an address hold and trade the market's assets. */
  admit(address: Address): Promise<void> {
    return this.#grant(address, SETTLEMENT_PERMISSIONS);
  }

  /** Lets a meter's address issue energy. */
  async admitMeter(address: Address): Promise<void> {
    await this.#grant(address, METER_PERMISSIONS);
    await this.#grant(address, ['issue'], this.#assets.energy.name);
  }

  /**
   * Issues more of an asset to an address. When the outcome is not known it may be asked again under the same reference, once the node has had
   * `RPC_TIMEOUT_MS` to be done with the first: `isRepeat` then looks for that one on the chain before it issues anew.
   */
  async issueTo(request: {
    readonly to: Address;
    readonly asset: string;
    readonly raw: bigint;
    /** Stands in the issue's details on the chain. */
    readonly reference?: string;
    readonly isRepeat?: boolean;
  }): Promise<Txid> {
    const { reference, asset } = request;
    if (reference !== undefined && request.isRepeat === true) {
      const issued = await this.#issuedUnder(asset, reference);
      if (issued !== undefined) return issued;
    }
    const method = 'issuemorefrom';
    const { multiple } = await assetOf(this.#node, asset);
    const quantity = decimalOf(request.raw, multiple);
    const details = reference === undefined ? [] : [0, { [REFERENCE]: reference }];
    const params = [this.address, request.to, asset, quantity, ...details];
    return txidIn(method, await this.#node.call(method, params));
  }

  async #heldBy(addresses: readonly Address[]): Promise<(readonly [Address, string])[]> {
    const method = 'listpermissions';
    const held: (readonly [Address, string])[] = [];
    for (const which of [SETTLEMENT_PERMISSIONS.join(','), `${this.#assets.energy.name}.issue`]) {
      const listed = listIn(method, await this.#node.call(method, [which, addresses.join(',')]));
      for (const one of listed) {
        const fields = fieldsIn(method, one);
        held.push([textIn(method, fields['address']) as Address, textIn(method, fields['type'])]);
      }
    }
    return held;
  }

  /** The issue of an asset that has this reference in its details, waiting ones included. */
  async #issuedUnder(asset: string, reference: string): Promise<Txid | undefined> {
    const method = 'listassets';
    const answer = await this.#node.call(method, [asset, true]).catch((error: unknown) => {
      if (!(error instanceof RpcError)) throw error;
      // Of the issue that is looked for this says nothing, and an `RpcError` would say that there is none.
      const message = `the node does not tell what was issued: ${error.message}`;
      throw new LedgerError('chain_unreachable', message, { retryable: true, cause: error });
    });
    const [found] = listIn(method, answer);
    for (const one of listIn(method, fieldsIn(method, found)['issues'])) {
      const { details, txid } = fieldsIn(method, one);
      if (fieldsIn(method, details)[REFERENCE] === reference) return txidIn(method, txid);
    }
    return undefined;
  }

  async #ensureAsset(asset: MarketAsset): Promise<NodeAsset> {
    const { name, multiple } = asset;
    const there = await this.#find(name);
    if (there === undefined) {
      const details = { name, open: true };
      const params = [this.address, this.address, details, 0, unitsOf(multiple)];
      await this.#node.call('issuefrom', params);
    }
    const found = there ?? (await this.#find(name));
    if (found?.open === true && found.asset.multiple === multiple) return found.asset;
    const what = `the chain's asset ${name} is closed, or 1 of it is not ${multiple} units`;
    throw new LedgerError('other_chain', what);
  }

  async #find(name: string): Promise<{ asset: NodeAsset; open: boolean } | undefined> {
    const method = 'listassets';
    try {
      const [first] = listIn(method, await this.#node.call(method, [name]));
      const { open } = fieldsIn(method, first);
      return { asset: await assetOf(this.#node, name), open: open === true };
    } catch (error) {
      if (error instanceof RpcError && error.code === RPC.entityNotFound) return undefined;
      throw error;
    }
  }

  /** Grants what an address does not have yet. */
  async #grant(
    address: Address,
    permissions: readonly PermissionName[],
    asset?: string,
  ): Promise<void> {
    const entity = asset === undefined ? '' : `${asset}.`;
    const held = await permissionsOf(this.#node, address, `${entity}${permissions.join(',')}`);
    const missing = permissions.filter((name) => !held.has(name));
    if (missing.length === 0) return;
    const names = `${entity}${missing.join(',')}`;
    await this.#node.call('grantfrom', [this.address, address, names]);
  }

  /** Revokes what an address has. */
  async #revoke(
    address: Address,
    permissions: readonly PermissionName[],
    asset?: string,
  ): Promise<void> {
    const entity = asset === undefined ? '' : `${asset}.`;
    const held = await permissionsOf(this.#node, address, `${entity}${permissions.join(',')}`);
    const names = permissions.filter((name) => held.has(name));
    if (names.length === 0) return;
    await this.#node.call('revokefrom', [this.address, address, `${entity}${names.join(',')}`]);
  }
}

/** Under which name an issue's details have its reference. */
const REFERENCE = 'reference';

/** Finds the operator's address on a node. @throws LedgerError `chain_request_invalid` if none of the node's addresses may do what an operator does. */
export async function operatorOn(
  node: BatchNode,
  params: ChainParams,
  assets: MarketAssets,
): Promise<NodeOperator> {
  const method = 'getaddresses';
  const addresses = listIn(method, await node.call(method)).map((one) => textIn(method, one));
  for (const text of addresses) {
    const address = text as Address;
    const held = await permissionsOf(node, address, OPERATOR_PERMISSIONS.join(','));
    if (OPERATOR_PERMISSIONS.every((name) => held.has(name))) {
      return new NodeOperator({ node, params, address, assets });
    }
  }
  const names = OPERATOR_PERMISSIONS.join(' and ');
  const what = `no address of the node has the permissions ${names}: the exchange's node is an administrator's`;
  throw new LedgerError('chain_request_invalid', what);
}

/** Those of some permissions that an address has. @param names as a node takes them: `connect,send`, `energy.issue`. */
async function permissionsOf(
  node: BatchNode,
  address: Address,
  names: string,
): Promise<ReadonlySet<string>> {
  const method = 'listpermissions';
  const listed = listIn(method, await node.call(method, [names, address]));
  return new Set(listed.map((one) => textIn(method, fieldsIn(method, one)['type'])));
}
