/**
 * The rules of the chain: which transactions it takes. Column by column: form, inputs, signatures, permissions, quantities. A refusal is what a real
 * node's `sendrawtransaction` answers; nothing has changed then.
 */
import type { Txid } from '@wattlot/core';
import { addTo, readGrants, readIssued, readNewAsset, rejected } from './authority.ts';
import type { Draft } from './authority.ts';
import { movementsBetween } from './block-moves.ts';
import type { ChainState, CheckedTransaction, Made, OutputContent, Spend } from './chain-state.ts';
import { bytesOfLatin1 } from './chain-state.ts';
import { latin1Of } from '../format/bytes.ts';
import type { AssetId } from '../format/element.ts';
import { assetIdOf } from '../format/element.ts';
import { DATA_OUTPUTS_MAX, TRANSACTION_INPUTS_MAX, TRANSACTION_OUTPUTS_MAX } from '../limits.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { OutputMeaning, PayMeaning } from '../format/script.ts';
import { parseOutputScript } from '../format/script.ts';
import type { SignatureCache } from '../format/signature.ts';
import { verifyInput } from '../format/signature.ts';
import type { Transaction } from '../format/transaction.ts';
import { outputOf } from '../format/transaction.ts';

/** How thoroughly to check. */
export interface Scrutiny {
  /** False only for blocks of our own disk, whose signatures were checked before they were written. */
  readonly signatures: boolean;
  readonly cache?: SignatureCache | undefined;
}

/** A transaction to be checked: its bytes, their id, and what they say. */
export interface Candidate {
  readonly txid: Txid;
  readonly bytes: Uint8Array;
  readonly transaction: Transaction;
}

/** Checks a transaction against the state. @returns all that it would change, or why it is refused. */
export function checkTransaction(
  state: ChainState,
  { txid, bytes, transaction }: Candidate,
  scrutiny: Scrutiny,
): CheckedTransaction | RpcError {
  const form = formFault(transaction);
  if (form) return form;
  const spends = readSpends(state, transaction);
  if (spends instanceof RpcError) return spends;
  const made = readOutputs(state, transaction, txid);
  if (made instanceof RpcError) return made;
  const draft = { state, transaction, txid, spends, made };
  const fault =
    (scrutiny.signatures ? signatureFault(draft, scrutiny.cache) : undefined) ??
    sendFault(draft) ??
    balanceFault(draft) ??
    receiveFault(draft);
  if (fault) return fault;
  const newAsset = readNewAsset(draft);
  if (newAsset instanceof RpcError) return newAsset;
  const issued = readIssued(draft);
  if (issued instanceof RpcError) return issued;
  const grants = readGrants(draft);
  if (grants instanceof RpcError) return grants;
  const contents = made.map(({ content }) => content);
  return {
    txid,
    bytes,
    spends,
    made: contents,
    newAsset,
    issued,
    grants,
    movements: movementsBetween(spends, contents),
  };
}

function formFault(transaction: Transaction): RpcError | undefined {
  const { inputs, outputs } = transaction;
  if (transaction.version !== 1) return rejected('64: version');
  if (transaction.lockTime !== 0) return rejected('64: non-final');
  if (inputs.length === 0) return rejected('16: bad-txns-vin-empty');
  if (outputs.length === 0) return rejected('16: bad-txns-vout-empty');
  if (inputs.length > TRANSACTION_INPUTS_MAX) return rejected('64: tx-size');
  if (outputs.length > TRANSACTION_OUTPUTS_MAX) return rejected('64: bad-txns-too-many-sigops');
  if (outputs.some(({ value }) => value !== 0n)) return rejected('16: bad-txns-in-belowout');
  if (spendsTwice(inputs)) return rejected('16: bad-txns-inputs-duplicate');
  return undefined;
}

function spendsTwice(inputs: Transaction['inputs']): boolean {
  const [one, other] = inputs;
  if (inputs.length > 2) return new Set(inputs.map(outputOf)).size !== inputs.length;
  // Most have one or two, and every transaction of a chain is looked at when it is opened.
  return other !== undefined && one?.vout === other.vout && one.txid === other.txid;
}

function readSpends(state: ChainState, transaction: Transaction): Spend[] | RpcError {
  const spends: Spend[] = [];
  for (const { txid, vout } of transaction.inputs) {
    const coins = state.coins(txid);
    const content = coins?.outputs[vout];
    if (!coins || !content) {
      return state.standing(txid, vout) === 'missing'
        ? new RpcError(RPC.transactionError, 'missing inputs')
        : rejected('18: bad-txns-inputs-spent');
    }
    spends.push({ txid: coins.txid, vout, content });
  }
  return spends;
}

function readOutputs(state: ChainState, transaction: Transaction, txid: string): Made[] | RpcError {
  const made: Made[] = [];
  let data = 0;
  for (const { script } of transaction.outputs) {
    const one = readOutput(state, script, txid);
    if (one.meaning.kind === 'other') return rejected('64: scriptpubkey');
    if (one.meaning.kind !== 'pay' && ++data > DATA_OUTPUTS_MAX) {
      return rejected('64: multi-op-return');
    }
    made.push(one);
  }
  return made;
}

function readOutput(state: ChainState, script: Uint8Array, txid: string): Made {
  const text = latin1Of(script);
  const known = state.scripts.get(text);
  if (known) return known;
  const meaning = parseOutputScript(script);
  const read = { meaning, content: contentOf(state, meaning, text, txid) };
  // The first issue of an asset means another asset in every transaction.
  if (meaning.kind === 'pay' && meaning.issue === null) state.scripts.add(text, read);
  return read;
}

/** What an output will hold once it can be spent: issued or moved is then the same. */
function contentOf(
  state: ChainState,
  meaning: OutputMeaning,
  script: string,
  txid: string,
): OutputContent | undefined {
  if (meaning.kind !== 'pay') return undefined;
  const owner = state.addressOf(meaning.hash160);
  return { owner, script, assets: sumsOf(state, meaning, txid) };
}

function sumsOf(
  state: ChainState,
  { assets, issue }: PayMeaning,
  txid: string,
): OutputContent['assets'] {
  const [first] = assets;
  // Nearly all outputs. A list that grew from nothing would keep room for sixteen.
  if (first !== undefined && assets.length === 1 && issue === null && first.raw > 0n) {
    // One text for all that hold it.
    const asset = state.assets.get(first.asset)?.id ?? first.asset;
    return [{ asset, raw: first.raw }];
  }
  const sums = new Map<AssetId, bigint>();
  for (const { asset, raw } of assets) addTo(sums, asset, raw);
  if (issue !== null) addTo(sums, assetIdOf(txid), issue);
  return [...sums].flatMap(([asset, raw]) => (raw > 0n ? [{ asset, raw }] : []));
}

/** The content of an output of a transaction that the chain accepted. */
export function readContent(
  state: ChainState,
  script: Uint8Array,
  txid: string,
): OutputContent | undefined {
  return readOutput(state, script, txid).content;
}

function signatureFault(draft: Draft, cache: SignatureCache | undefined): RpcError | undefined {
  const { transaction, spends } = draft;
  const good = spends.every(({ content }, i) =>
    verifyInput(transaction, i, bytesOfLatin1(content.script), cache),
  );
  return good
    ? undefined
    : rejected(
        '16: mandatory-script-verify-flag-failed (Script evaluated without error but finished with a false/empty top stack element)',
      );
}

function sendFault({ state, spends }: Draft): RpcError | undefined {
  const owners = new Set(spends.map(({ content }) => content.owner));
  for (const owner of owners) {
    if (!state.permissions.has(owner, 'send', null)) {
      return rejected('16: ConnectInputs failed');
    }
  }
  return undefined;
}

function balanceFault({ spends, made }: Draft): RpcError | undefined {
  const left = new Map<AssetId, bigint>();
  for (const { content } of spends) {
    for (const { asset, raw } of content.assets) addTo(left, asset, raw);
  }
  for (const { meaning } of made) {
    if (meaning.kind !== 'pay') continue;
    for (const { asset, raw, how } of meaning.assets)
      if (how === 'transfer') addTo(left, asset, -raw);
  }
  for (const raw of left.values()) {
    if (raw !== 0n) {
      return rejected('64: Asset transfer script rejected - mismatch in input/output quantities');
    }
  }
  return undefined;
}

/** An output without assets may go to anybody, as on a default chain. */
function receiveFault({ state, made }: Draft): RpcError | undefined {
  for (const { meaning, content } of new Set(made)) {
    if (meaning.kind !== 'pay' || !content) continue;
    if (meaning.assets.length === 0 && meaning.issue === null) continue;
    if (!state.permissions.has(content.owner, 'receive', null)) {
      return rejected("64: One of the outputs doesn't have receive permission");
    }
  }
  return undefined;
}
