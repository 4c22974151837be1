/** RPC methods that build raw transactions: make, extend, give change, sign. */
import type { Address } from '@wattlot/core';
import { keyPairOfText } from '../format/address.ts';
import { fromHex, toHex, TransactionFormatError } from '../format/bytes.ts';
import type { AssetQuantity } from '../format/element.ts';
import type { KeyPair } from '../format/keys.ts';
import { buildOutputScript, parsePlainPayment } from '../format/script.ts';
import type { OutputRequest } from '../format/script.ts';
import { readSignatureScript, SIGHASH } from '../format/signature.ts';
import type { Outpoint, Transaction, TransactionInput } from '../format/transaction.ts';
import {
  encodeTransaction,
  outputOf,
  SEQUENCE_FINAL,
  TRANSACTION_VERSION,
} from '../format/transaction.ts';
import { TRANSACTION_INPUTS_MAX, TRANSACTION_OUTPUTS_MAX } from '../limits.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import { changeOf } from '../wallet/purse.ts';
import { paymentTo } from '../wallet/wallet-transaction.ts';
import type { WalletView } from '../wallet/wallet-view.ts';
import { insufficientFunds } from './dialect.ts';
import { chooseOutputs } from './rpc-coins.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import {
  addressParam,
  assetsParam,
  dataParam,
  fieldsParam,
  fromParam,
  intParam,
  method,
  textParam,
} from './rpc-params.ts';
import { changeTo, requireReceive, sumsOf } from './rpc-payments.ts';
import { HASH_TYPES, signTransaction } from './rpc-signing.ts';
import { decodedTransaction, sendTransaction } from './rpc-transactions.ts';

const EMPTY: Transaction = { version: TRANSACTION_VERSION, inputs: [], outputs: [], lockTime: 0 };

/** Adds outputs of no native currency. */
function withOutputs(transaction: Transaction, outputs: readonly OutputRequest[]): Transaction {
  const made = outputs.map((output) => ({ value: 0n, script: buildOutputScript(output) }));
  const all = [...transaction.outputs, ...made];
  if (all.length > TRANSACTION_OUTPUTS_MAX) throw invalid('Too many outputs');
  return { ...transaction, outputs: all };
}

function withInputs(transaction: Transaction, outpoints: readonly Outpoint[]): Transaction {
  const made = outpoints.map(({ txid, vout }): TransactionInput => ({
    txid,
    vout,
    script: new Uint8Array(0),
    sequence: SEQUENCE_FINAL,
  }));
  const all = [...transaction.inputs, ...made];
  if (all.length > TRANSACTION_INPUTS_MAX) throw invalid('Too many inputs');
  return { ...transaction, inputs: all };
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}

/** `[{"txid": …, "vout": …}]`. @throws RpcError -1, -8. */
function inputsParam(value: unknown): Outpoint[] {
  if (!Array.isArray(value)) throw invalid('Invalid inputs, expected array');
  return value.map((one): Outpoint => {
    const fields = new Map(fieldsParam(one));
    const txid = fields.get('txid');
    if (typeof txid !== 'string' || !/^[0-9a-fA-F]{64}$/.test(txid)) {
      throw invalid('Invalid parameter, expected hex txid');
    }
    const vout = fields.get('vout');
    if (vout === undefined) throw invalid('Invalid parameter, missing vout key');
    const index = intParam(vout);
    if (index < 0) throw invalid('Invalid parameter, vout must be positive');
    return { txid: txid.toLowerCase(), vout: index };
  });
}

/** `{"address": amount, …}`; an address may come again where the raw text of the request repeats it. @throws RpcError -1, -5, -8, -704, -708. */
async function paymentsParam(view: WalletView, value: unknown): Promise<OutputRequest[]> {
  const fields = fieldsParam(value);
  if (!fields) throw invalid('Invalid addresses, expected object');
  const payments: OutputRequest[] = [];
  const checked = new Set<Address>();
  for (const [name, amount] of fields) {
    const address = addressParam(view, name);
    const hash160 = view.hashOf(address);
    if (!hash160) throw new Error('an address without a hash');
    const assets = assetsParam(view, amount);
    if (assets.length > 0 && !checked.has(address)) await requireReceive(view, address);
    checked.add(address);
    payments.push(paymentTo(hash160, assets));
  }
  return payments;
}

/** `["hex", …]`. @throws RpcError -1, -8. */
function dataListParam(value: unknown): OutputRequest[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid('Invalid data, expected array');
  return value.map(dataParam);
}

const ACTIONS: ReadonlyMap<string, readonly ('lock' | 'sign' | 'send')[]> = new Map([
  ['', []],
  ['lock', ['lock']],
  ['sign', ['sign']],
  ['lock,sign', ['sign', 'lock']],
  ['sign,lock', ['sign', 'lock']],
  ['send', ['sign', 'send']],
]);

/** What is done with the transaction that was built: nothing, or it is signed, its inputs are locked, it is sent. */
async function act(
  { view }: RpcContext,
  transaction: Transaction,
  action: unknown,
): Promise<unknown> {
  const steps = ACTIONS.get(action === undefined || action === null ? '' : textParam(action));
  if (!steps) throw invalid('Invalid action');
  if (steps.includes('lock')) view.lock(transaction.inputs.map(outputOf), 'never');
  if (!steps.includes('sign')) return toHex(encodeTransaction(transaction));
  const signed = await signTransaction(view, transaction, { hashType: HASH_TYPES.ALL });
  const hex = toHex(encodeTransaction(signed.transaction));
  return steps.includes('send') ? sendTransaction(view, hex) : { hex, complete: signed.complete };
}

async function createRaw(context: RpcContext, params: readonly unknown[]): Promise<unknown> {
  return appendTo(context, EMPTY, params);
}

async function appendRaw(
  context: RpcContext,
  [hex, ...params]: readonly unknown[],
): Promise<unknown> {
  return appendTo(context, decodedTransaction(textParam(hex)), params);
}

async function appendTo(
  context: RpcContext,
  before: Transaction,
  [inputs, payments, data, action]: readonly unknown[],
): Promise<unknown> {
  const spent = inputsParam(inputs);
  const paid =
    payments === undefined || payments === null ? [] : await paymentsParam(context.view, payments);
  const outputs = [...paid, ...dataListParam(data)];
  requireUnsigned(before, spent.length > 0 ? 'inputs' : outputs.length > 0 ? 'outputs' : undefined);
  // an output at the place of an input stays there: the input's signature may cover it
  const legs = before.inputs.length;
  const kept = { ...before, outputs: before.outputs.slice(0, legs) };
  const extended = withOutputs(withInputs(kept, spent), outputs);
  const whole = { ...extended, outputs: [...extended.outputs, ...before.outputs.slice(legs)] };
  return act(context, whole, action);
}

/** @throws RpcError -701 if a signature covers all inputs and outputs and there are to be more. */
function requireUnsigned({ inputs }: Transaction, what: 'inputs' | 'outputs' | undefined): void {
  const isCovered = inputs.some(
    ({ script }) => readSignatureScript(script)?.hashType === SIGHASH.all,
  );
  if (what === undefined || !isCovered) return;
  const message = `Cannot append ${what} without violating existing signatures`;
  throw new RpcError(RPC.notAllowed, message);
}

async function createSendFrom(
  context: RpcContext,
  [from, payments, data, action]: readonly unknown[],
): Promise<unknown> {
  const { view, dialect } = context;
  const owner = fromParam(view, from);
  const outputs = [...(await paymentsParam(view, payments)), ...dataListParam(data)];
  if (!view.may(owner, 'send')) {
    throw new RpcError(RPC.insufficientPermissions, "from-address doesn't have send permission");
  }
  const need = sumsOf(outputs.flatMap((one) => (one.kind === 'pay' ? (one.assets ?? []) : [])));
  const inputs = chooseOutputs(view, [owner], need);
  const key = view.keyOf(owner);
  if (!inputs || !key) throw insufficientFunds(dialect);
  const change = changeTo(view, key.hash160, changeOf(inputs, need));
  return act(context, withOutputs(withInputs(EMPTY, inputs), [...outputs, ...change]), action);
}

/** Adds an output with all that the inputs hold and the outputs do not pay. */
async function appendChange({ view }: RpcContext, [hex, to]: readonly unknown[]): Promise<unknown> {
  const transaction = decodedTransaction(textParam(hex));
  const address = addressParam(view, to);
  const hash160 = view.hashOf(address);
  if (!hash160) throw new Error('an address without a hash');
  const spent = await view.port.outputs(transaction.inputs);
  const inputs = spent.map((answer) => {
    if (answer.standing === 'unspent') return answer.output;
    throw invalid('Input is not found or already spent');
  });
  const paid = transaction.outputs.flatMap(({ script }): AssetQuantity[] => {
    const assets = parsePlainPayment(script)?.assets ?? [];
    return [...assets].map(([asset, raw]) => ({ asset, raw }));
  });
  const change = paymentTo(hash160, changeLeft(inputs, paid));
  return toHex(encodeTransaction(withOutputs(transaction, [change])));
}

function changeLeft(
  inputs: readonly { readonly assets: readonly AssetQuantity[] }[],
  paid: readonly AssetQuantity[],
): AssetQuantity[] {
  try {
    return changeOf(inputs, sumsOf(paid));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid('Insufficient inputs for the outputs of this transaction');
  }
}

async function signRaw({ view }: RpcContext, params: readonly unknown[]): Promise<unknown> {
  const [hex, previous, secrets, kind] = params;
  const transaction = decodedTransaction(textParam(hex));
  const name = kind === undefined || kind === null ? 'ALL' : textParam(kind);
  const hashType = new Map<string, (typeof HASH_TYPES)[keyof typeof HASH_TYPES]>(
    Object.entries(HASH_TYPES),
  ).get(name);
  if (hashType === undefined) throw invalid('Invalid sighash param');
  const signed = await signTransaction(view, transaction, {
    hashType,
    previous: previousParam(previous),
    keys: secretsParam(view, secrets),
  });
  return { hex: toHex(encodeTransaction(signed.transaction)), complete: signed.complete };
}

/** Scripts of outputs that the chain does not know yet: `[{"txid", "vout", "scriptPubKey"}]`. */
function previousParam(value: unknown): Map<string, Uint8Array> {
  if (value === undefined || value === null) return new Map();
  const outpoints = inputsParam(value);
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return new Map(
    outpoints.map((outpoint, i) => {
      const script = new Map(fieldsParam(list[i])).get('scriptPubKey');
      return [outputOf(outpoint), scriptParam(script)];
    }),
  );
}

function scriptParam(value: unknown): Uint8Array {
  try {
    return fromHex(textParam(value));
  } catch (error) {
    if (!(error instanceof TransactionFormatError)) throw error;
    throw new RpcError(RPC.transactionDecode, 'scriptPubKey must be hexadecimal string');
  }
}

/** Keys to sign with in the place of the wallet's. @throws RpcError -5. */
function secretsParam(view: WalletView, value: unknown): KeyPair[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw invalid('Invalid private keys, expected array');
  return value.map((text) => {
    const key = keyPairOfText(textParam(text), view.params);
    if (!key) throw new RpcError(RPC.invalidAddress, 'Invalid private key');
    return key;
  });
}

const OUTPUTS = '{"address":amount,…} [data] [action]';

/** createrawtransaction, createrawsendfrom, appendrawtransaction, appendrawchange, signrawtransaction. */
export const RAW_METHODS: readonly RpcMethod[] = [
  method('createrawtransaction', `[{"txid":"id","vout":n},…] ${OUTPUTS}`, createRaw, [2, 4]),
  method('createrawsendfrom', `from-address ${OUTPUTS}`, createSendFrom, [2, 4]),
  method('appendrawtransaction', `tx-hex [{"txid":"id","vout":n},…] ${OUTPUTS}`, appendRaw, [2, 5]),
  method('appendrawchange', 'tx-hex address [native-fee]', appendChange),
  method(
    'signrawtransaction',
    'tx-hex [{"txid":"id","vout":n,"scriptPubKey":"hex"},…] ["privatekey",…] [sighashtype]',
    signRaw,
    [1, 4],
  ),
];
