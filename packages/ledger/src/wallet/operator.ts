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
import {
  METER_PERMISSIONS,
  participantPermissions,
  SETTLEMENT_PERMISSIONS,
} from './participant-permissions.ts';
import type { ParticipantPermissions } from './participant-permissions.ts';
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

const ISSUE_ENERGY = {
  permissions: ['issue'],
  asset: MARKET_ASSETS.energy.name,
} as const satisfies { readonly permissions: readonly PermissionName[]; readonly asset: string };

/** Holds the operator's key. Throws LedgerError and RpcError as a `Wallet` does. */
export class Operator {
  readonly wallet: Wallet;
  readonly participants: ParticipantPermissions;
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
    this.participants = participantPermissions({
      energy: MARKET_ASSETS.energy.name,
      grant: (address, permissions, asset) => this.grant({ address, permissions, asset }),
      revoke: (address, permissions, asset) => this.revoke({ address, permissions, asset }),
      held: (addresses) => this.#heldBy(addresses),
    });
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
    readonly asset?: string | undefined;
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
    readonly asset?: string | undefined;
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

  async #heldBy(addresses: readonly Address[]): Promise<(readonly [Address, string])[]> {
    const { id } = await this.#view.run(() => this.#asset(MARKET_ASSETS.energy.name));
    const held: (readonly [Address, string])[] = [];
    for (const entity of [null, id]) {
      for (const { address, type } of await this.#view.port.permissions(entity, addresses)) {
        // To issue anything at all is nobody's but the operator's.
        if ((entity === null) !== (type === 'issue')) held.push([address, type]);
      }
    }
    return held;
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
