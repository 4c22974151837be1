/** The operator of a market on the embedded chain: makes its assets, admits participants, issues ecoin. Everything may be repeated, also after a restart. */
import type { Address, Txid } from '@wattlot/core';
import type { ChainPort } from '../chain/chain-port.ts';
import type { AssetView } from '../chain/assets.ts';
import { authorityTransaction, grantTo, issueMoreTo, issueTo } from './issuing.ts';
import { BURN_HASH } from '../format/address.ts';
import type { KeyPair } from '../format/keys.ts';
import { PERMISSION_NAMES, revocation, standingGrant } from '../chain/permissions.ts';
import type { PermissionName } from '../chain/permissions.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { OutputRequest } from '../format/script.ts';
import { journalInMemory } from './wallet-journal.ts';
import type { WalletJournal } from './wallet-journal.ts';
import { WalletView } from './wallet-view.ts';
import { KEY_NAMES, Wallet } from './wallet.ts';

/** An asset of a market. */
export interface MarketAsset {
  readonly name: string;
  /** Raw units in one. */
  readonly multiple: number;
}

/** The assets of Wattlot's market: energy in Wh (1 is a kWh), ecoin in hundredths. More of both is issued as it is made or sold. */
export const MARKET_ASSETS = {
  energy: { name: 'energy', multiple: 1000 },
  ecoin: { name: 'ecoin', multiple: 100 },
} as const satisfies Record<string, MarketAsset>;

/** Permissions of a settlement address: nothing more, so that an offer can carry no other power. */
export const SETTLEMENT_PERMISSIONS: readonly PermissionName[] = ['connect', 'send', 'receive'];

const ISSUE_ENERGY = {
  permissions: ['issue'],
  asset: MARKET_ASSETS.energy.name,
} as const satisfies { readonly permissions: readonly PermissionName[]; readonly asset: string };

/** Permissions of a meter's address besides that of issuing energy: it may spend its own output, and receives no assets. */
export const METER_PERMISSIONS: readonly PermissionName[] = ['connect', 'send'];

/** What an operator grants to participants: to trade on the whole chain, and to issue the market's energy. */
export const PARTICIPANT_PERMISSIONS = ['connect', 'send', 'receive', 'issue'] as const;
export type ParticipantPermission = (typeof PARTICIPANT_PERMISSIONS)[number];

/** Those of a list that are of the whole chain, and whether that of issuing energy is among them. */
export function splitPermissions(permissions: readonly ParticipantPermission[]): {
  readonly chain: readonly PermissionName[];
  readonly issue: boolean;
} {
  return {
    chain: permissions.filter((name) => name !== 'issue'),
    issue: permissions.includes('issue'),
  };
}

/** Holds the operator's key. Throws LedgerError and RpcError as a `Wallet` does. */
export class Operator {
  readonly wallet: Wallet;
  readonly #view: WalletView;
  readonly #now: () => number;

  constructor(options: {
    readonly chain: string;
    readonly port: ChainPort;
    readonly key: KeyPair;
    /** Milliseconds since 1970: stands in grants. */
    readonly now: () => number;
    /** Makes issues with a reference safe to repeat across restarts. */
    readonly journal?: WalletJournal;
  }) {
    const keys = {
      keys: [{ name: KEY_NAMES.settlement, key: options.key }],
      add: () => Promise.reject(new RangeError('the operator has one key')),
    };
    this.#view = new WalletView({ chain: options.chain, port: options.port, keys });
    this.wallet = new Wallet(this.#view, options.journal ?? journalInMemory());
    this.#now = options.now;
  }

  get address(): Address {
    return this.wallet.address;
  }

  /**
   * Makes sure that an open asset exists. @returns it.
   * @throws RangeError if there is one of this name that is closed or has other units.
   */
  ensureAsset(asset: MarketAsset): Promise<AssetView> {
    return this.#view.run(async () => {
      if (!this.#view.asset(asset.name)) {
        const details = { ...asset, open: true, fields: [] };
        await this.#send(issueTo(this.#hash(this.address), details, 0n));
        await this.#view.refresh();
      }
      const found = this.#view.asset(asset.name);
      if (!found?.open || found.multiple !== asset.multiple) {
        throw new RangeError(`the chain's asset ${asset.name} is closed or has other units`);
      }
      return found;
    });
  }

  /** Makes sure that the market's assets exist. */
  async ensureMarket(): Promise<void> {
    await this.ensureAsset(MARKET_ASSETS.energy);
    await this.ensureAsset(MARKET_ASSETS.ecoin);
    // Where energy goes when it is used: nobody has its key.
    await this.grant({ address: this.#view.addressOf(BURN_HASH), permissions: ['receive'] });
  }

  /**
   * Grants what an address does not have yet.
   * @param request.asset of the asset, not of the whole chain.
   * @returns the grant, undefined if there was nothing to grant.
   */
  grant(request: {
    readonly address: Address;
    readonly permissions: readonly PermissionName[];
    readonly asset?: string;
  }): Promise<Txid | undefined> {
    return this.#view.run(async () => {
      const { address, permissions } = request;
      const { entity, has } = await this.#held(address, request.asset);
      const missing = PERMISSION_NAMES.filter(
        (name) => permissions.includes(name) && !has.has(name),
      );
      if (missing.length === 0) return undefined;
      const grant = standingGrant(missing, entity, Math.floor(this.#now() / 1000));
      return this.#send([grantTo(this.#hash(address), grant)]);
    });
  }

  /**
   * Takes from an address what it has of these.
   * @returns the transaction, undefined if there was nothing to take.
   */
  revoke(request: {
    readonly address: Address;
    readonly permissions: readonly PermissionName[];
    readonly asset?: string;
  }): Promise<Txid | undefined> {
    return this.#view.run(async () => {
      const { address, permissions } = request;
      const { entity, has } = await this.#held(address, request.asset);
      const held = permissions.filter((name) => has.has(name));
      if (held.length === 0) return undefined;
      const taken = revocation(held, entity, Math.floor(this.#now() / 1000));
      return this.#send([grantTo(this.#hash(address), taken)]);
    });
  }

  /** What addresses may do, of that which an operator grants; an address that may nothing is left out. */
  async permissionsOf(
    addresses: readonly Address[],
  ): Promise<ReadonlyMap<Address, readonly ParticipantPermission[]>> {
    const { energy } = MARKET_ASSETS;
    const port = this.#view.port;
    const { id } = await this.#view.run(() => this.#asset(energy.name));
    const held = new Map<Address, Set<string>>();
    for (const entity of [null, id]) {
      for (const { address, type } of await port.permissions(entity, addresses)) {
        // To issue anything at all is nobody's but the operator's.
        if ((entity === null) === (type === 'issue')) continue;
        held.set(address, (held.get(address) ?? new Set()).add(type));
      }
    }
    return new Map(
      [...held].map(([address, types]) => {
        return [address, PARTICIPANT_PERMISSIONS.filter((name) => types.has(name))];
      }),
    );
  }

  /** Grants a participant or a meter what it does not have yet. */
  async grantTo(address: Address, permissions: readonly ParticipantPermission[]): Promise<void> {
    const { chain, issue } = splitPermissions(permissions);
    if (chain.length > 0) await this.grant({ address, permissions: chain });
    if (issue) await this.grant({ address, ...ISSUE_ENERGY });
  }

  /** Takes from a participant or a meter what it has of these. */
  async revokeFrom(address: Address, permissions: readonly ParticipantPermission[]): Promise<void> {
    const { chain, issue } = splitPermissions(permissions);
    if (chain.length > 0) await this.revoke({ address, permissions: chain });
    if (issue) await this.revoke({ address, ...ISSUE_ENERGY });
  }

  /** Lets an address hold and trade the market's assets. */
  async admit(address: Address): Promise<void> {
    await this.grant({ address, permissions: SETTLEMENT_PERMISSIONS });
  }

  /** Lets a meter's address issue energy. */
  async admitMeter(address: Address): Promise<void> {
    await this.grant({ address, permissions: METER_PERMISSIONS });
    await this.grant({ address, ...ISSUE_ENERGY });
  }

  /** Issues more of an asset to an address. @param request.reference makes it safe to repeat: the same reference issues once. */
  issueTo(request: {
    readonly to: Address;
    readonly asset: string;
    readonly raw: bigint;
    readonly reference?: string;
  }): Promise<Txid> {
    return this.wallet.once(request.reference, () => {
      const { id } = this.#asset(request.asset);
      const issue = issueMoreTo(this.#hash(request.to), { asset: id, raw: request.raw });
      return [authorityTransaction(this.#view, this.address, [issue])];
    });
  }

  /** What an address may do with an asset, or on the whole chain. */
  async #held(
    address: Address,
    asset: string | undefined,
  ): Promise<{ readonly entity: AssetView['id'] | null; readonly has: ReadonlySet<string> }> {
    const entity = asset === undefined ? null : this.#asset(asset).id;
    const held = await this.#view.port.permissions(entity, [address]);
    return { entity, has: new Set(held.map(({ type }) => type)) };
  }

  async #send(outputs: readonly OutputRequest[]): Promise<Txid> {
    const transaction = authorityTransaction(this.#view, this.address, outputs);
    const [answer] = await this.#view.send([transaction]);
    if (answer instanceof RpcError) throw answer;
    return transaction.txid;
  }

  #asset(name: string): AssetView {
    const asset = this.#view.asset(name);
    if (!asset) throw new RpcError(RPC.entityNotFound, `Asset with this name not found: ${name}`);
    return asset;
  }

  #hash(address: Address): Uint8Array {
    const hash = this.#view.hashOf(address);
    if (!hash) throw new RpcError(RPC.invalidAddress, `Invalid address: ${address}`);
    return hash;
  }
}
