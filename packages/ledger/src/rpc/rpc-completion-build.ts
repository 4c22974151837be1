/** Completing what was found good: bytes written here, paid with the wallet's own outputs, signed by the node. */
import type { Output, Txid } from '@wattlot/core';
import { payment } from '../format/offer.ts';
import type { Want } from '../format/offer.ts';
import { outpointOf } from '../format/transaction.ts';
import { changeOf } from '../wallet/purse.ts';
import type { Spendable } from '../wallet/purse.ts';
import { firstOf, NOWHERE } from '../wallet/trade-completion-parts.ts';
import type { LotTerms, Part, UnspentLot } from '../wallet/trade-completion-parts.ts';
import { paymentTo } from '../wallet/wallet-transaction.ts';
import { assetsIn, standingsOf } from './node-ledger.ts';
import { signedBy, unsignedTransaction } from './signing.ts';
import type { NodeSigned, SigningRequest } from './signing.ts';
import type { WalletCore } from './wallet-core.ts';

/** A part completed and not sent yet. */
export interface Completion {
  readonly part: Part;
  readonly signed: NodeSigned;
  /** The journal's keys of its lots. */
  readonly keys: readonly string[];
}

/** What completing builds on. */
interface Building {
  readonly parts: readonly Part[];
  readonly terms: LotTerms;
  /** Own outputs to pay with first, locked or not. */
  readonly prefer: readonly Output[];
  /** What the wallet's journal calls a lot of this trade. */
  readonly keyOf: (lot: number) => string;
}

/**
 * Completes the parts that can be paid; of a ladder that cannot be paid whole, its first lots. Nothing of them is sent; a transaction that only divides the
 * wallet's own outputs may be.
 * @returns the completions, and the lots for which there was not enough.
 */
export async function completed(
  core: WalletCore,
  { parts, terms, prefer, keyOf }: Building,
): Promise<{
  readonly completions: readonly Completion[];
  readonly unpaid: readonly UnspentLot[];
}> {
  const { want } = terms;
  const funds = await core.funds(await preferredOutputs(core, prefer));
  let left = funds.total(want.asset);
  const unpaid: UnspentLot[] = [];
  const paid = parts.flatMap((part): Part[] => {
    const most = left / want.raw;
    const count = most < BigInt(part.lots.length) ? Number(most) : part.lots.length;
    left -= want.raw * BigInt(count);
    unpaid.push(...part.lots.slice(count));
    if (count === 0) return [];
    return [count === part.lots.length ? part : firstOf(part, count, terms)];
  });
  if (paid.length === 0) return { completions: [], unpaid };
  const total = paid.reduce((sum, { lots }) => sum + want.raw * BigInt(lots.length), 0n);
  const inputs = await core.gather(funds, new Map([[want.asset, total]]), prefer);
  const purses = await divided(core, { inputs, parts: paid, want });
  const signed = await signedBy(
    core.node,
    paid.map((part, i) => requestOf(core, part, { inputs: purses[i] ?? [], terms })),
  );
  const completions = paid.flatMap((part, i): Completion[] => {
    const one = signed[i];
    return one ? [{ part, signed: one, keys: part.lots.map(({ lot }) => keyOf(lot)) }] : [];
  });
  return { completions, unpaid };
}

/** Own outputs that may be spent although they are locked. */
async function preferredOutputs(
  core: WalletCore,
  prefer: readonly Output[],
): Promise<readonly Spendable[]> {
  const outpoints = prefer.map((output) => outpointOf(output) ?? NOWHERE);
  const standings = await standingsOf(core.node, outpoints);
  return outpoints.flatMap(({ txid, vout }, i): Spendable[] => {
    const found = standings[i];
    if (found?.standing !== 'unspent') return [];
    const { script } = found;
    return [
      { txid: txid as Txid, vout, address: core.address, script, assets: assetsIn(txid, script) },
    ];
  });
}

/** What each part is paid with. Several parts need an output each, or each would wait for the one before to be signed; so the inputs are divided first. */
async function divided(
  core: WalletCore,
  by: { inputs: readonly Spendable[]; parts: readonly Part[]; want: Want },
): Promise<readonly (readonly Spendable[])[]> {
  const { inputs, parts, want } = by;
  if (parts.length === 1) return [inputs];
  const division = await core.make(
    inputs,
    parts.map(({ lots }) => {
      const raw = want.raw * BigInt(lots.length);
      return paymentTo(core.hash160, [{ asset: want.asset, raw }]);
    }),
  );
  await core.sendOrThrow([division]);
  return core
    .ownOutputs(division)
    .slice(0, parts.length)
    .map((output) => [output]);
}

/** The legs as they were signed, then what pays them, what they give, and the change. */
function requestOf(
  core: WalletCore,
  { offer: { legs } }: Part,
  { inputs, terms }: { inputs: readonly Spendable[]; terms: LotTerms },
): SigningRequest {
  const count = BigInt(legs.length);
  const due = terms.want.raw * count;
  const goods = { asset: terms.give.asset, raw: terms.give.raw * count };
  const change = changeOf(inputs, [[terms.want.asset, due]]);
  const own = unsignedTransaction(
    inputs,
    [goods, ...change].map((quantity) => payment(core.hash160, quantity)),
  );
  return {
    kind: 'all',
    transaction: {
      ...own,
      inputs: [...legs.map(({ input }) => input), ...own.inputs],
      outputs: [...legs.map(({ output }) => output), ...own.outputs],
    },
    prevScripts: [...legs.map(() => undefined), ...inputs.map(({ script }) => script)],
  };
}
