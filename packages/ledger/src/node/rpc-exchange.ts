/** RPC methods of the atomic exchange: offers made, shown, extended, completed and cancelled. */
import type { Address } from '@wattlot/core';
import { toHex, TransactionFormatError } from '../format/bytes.ts';
import type { OutputAnswer } from '../chain/chain-port.ts';
import type { OutputView } from '../chain/chain.ts';
import { ZERO } from './decimal.ts';
import type { AssetId, AssetQuantity } from '../format/element.ts';
import { Purse } from '../wallet/purse.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import {
  assetsParam,
  boolParam,
  dataParam,
  fieldsParam,
  method,
  outpointParams,
  textParam,
} from './rpc-params.ts';
import { canTrade } from './rpc-payments.ts';
import { amountView } from './rpc-views.ts';
import { decodedTransaction } from './rpc-transactions.ts';
import { sendOne } from './rpc-send.ts';
import { buildOutputScript, parseOutputScript, parsePlainPayment } from '../format/script.ts';
import type { HashType } from '../format/signature.ts';
import { SIGHASH, signInput, verifyInput } from '../format/signature.ts';
import type { Transaction, TransactionOutput } from '../format/transaction.ts';
import {
  decodeTransaction,
  encodeTransaction,
  outputOf,
  SEQUENCE_FINAL,
  TRANSACTION_VERSION,
} from '../format/transaction.ts';
import { makeTransaction, paymentTo } from '../wallet/wallet-transaction.ts';
import type { OwnOutput, WalletView } from '../wallet/wallet-view.ts';

const EMPTY: Transaction = { version: TRANSACTION_VERSION, inputs: [], outputs: [], lockTime: 0 };

/** The transaction of an exchange and the outputs it spends, all unspent. */
interface Exchange {
  readonly transaction: Transaction;
  readonly spent: readonly OutputView[];
}

/** An exchange whose legs stand: unspent, rightly signed, allowed. @throws RpcError -707 for the first that does not. */
async function readExchange(view: WalletView, transaction: Transaction): Promise<Exchange> {
  const answers = await view.port.outputs(transaction.inputs);
  const spent = answers.map((answer, i) => requireUnspent(transaction, answer, i));
  const owners = [
    ...new Set([...spent.map(({ address }) => address), ...paidIn(view, transaction)]),
  ];
  const held = await view.port.permissions(null, owners);
  const may = (address: Address, type: string): boolean =>
    held.some((one) => one.address === address && one.type === type);
  spent.forEach(({ address, script }, i) => {
    if (!verifyInput(transaction, i, script)) throw faultOf(transaction, i, 'Wrong signature');
    if (may(address, 'send')) return;
    throw faultOf(transaction, i, "Address doesn't have send permission");
  });
  transaction.outputs.forEach(({ script }, i) => {
    const meaning = parseOutputScript(script);
    if (meaning.kind !== 'pay' || meaning.assets.length === 0) return;
    if (may(view.addressOf(meaning.hash160), 'receive')) return;
    throw new RpcError(RPC.exchange, `Address doesn't have receive permission; Output: ${i},`);
  });
  return { transaction, spent };
}

function paidIn(view: WalletView, { outputs }: Transaction): Address[] {
  return outputs.flatMap(({ script }) => {
    const meaning = parseOutputScript(script);
    return meaning.kind === 'pay' ? [view.addressOf(meaning.hash160)] : [];
  });
}

const STANDINGS = {
  missing: 'Missing inputs',
  gone: 'Missing inputs',
  spent: 'Input already spent',
  spent_in_pool: 'Conflicts with in-memory transactions',
} as const;

function requireUnspent(transaction: Transaction, answer: OutputAnswer, index: number): OutputView {
  if (answer.standing === 'unspent') return answer.output;
  throw faultOf(transaction, index, STANDINGS[answer.standing]);
}

function faultOf(transaction: Transaction, index: number, words: string): RpcError {
  const { txid, vout } = transaction.inputs[index] ?? { txid: '', vout: 0 };
  return new RpcError(RPC.exchange, `${words}; Input: ${index}, txid: ${txid}, vout: ${vout}`);
}

/** What goes in less what comes out: positive is offered, negative asked. */
function balanceOf({ transaction, spent }: Exchange): Map<AssetId, bigint> {
  const sums = new Map<AssetId, bigint>();
  const add = ({ asset, raw }: AssetQuantity, sign: bigint): void => {
    sums.set(asset, (sums.get(asset) ?? 0n) + sign * raw);
  };
  for (const { assets } of spent) for (const quantity of assets) add(quantity, 1n);
  for (const { script } of transaction.outputs) {
    for (const quantity of assetsIn(script)) add(quantity, -1n);
  }
  return sums;
}

function assetsIn(script: Uint8Array): AssetQuantity[] {
  return [...(parsePlainPayment(script)?.assets ?? [])].map(([asset, raw]) => ({ asset, raw }));
}

function isComplete(exchange: Exchange): boolean {
  return [...balanceOf(exchange).values()].every((raw) => raw === 0n);
}

async function decodeExchange({ view }: RpcContext, params: readonly unknown[]): Promise<unknown> {
  const [hex, verbose] = params;
  const exchange = await readExchange(view, decodedTransaction(textParam(hex)));
  const balance = [...balanceOf(exchange)];
  const asked = balance.flatMap(([id, raw]) => (raw < 0n ? [[id, -raw] as const] : []));
  const complete = isComplete(exchange);
  return {
    offer: amountView(
      view,
      balance.filter(([, raw]) => raw > 0n),
    ),
    ask: amountView(view, asked),
    ...(complete ? { completedfee: ZERO } : {}),
    requiredfee: ZERO,
    candisable: exchange.spent.some(({ address }) => view.keyOf(address) !== undefined),
    cancomplete: canPay(view, asked),
    complete,
    ...(boolParam(verbose, false) ? { exchanges: legsView(view, exchange) } : {}),
  };
}

function canPay(view: WalletView, asked: readonly (readonly [AssetId, bigint])[]): boolean {
  const payers = view.addresses.filter((address) => canTrade(view, address));
  if (asked.length === 0) return true;
  const purse = new Purse(view, { addresses: payers });
  return asked.every(([asset, raw]) => purse.total(asset) >= raw);
}

function legsView(view: WalletView, { transaction, spent }: Exchange): unknown[] {
  return spent.map((output, i) => {
    const asked = transaction.outputs[i]?.script ?? new Uint8Array(0);
    const owner = parseOutputScript(asked);
    return {
      offer: {
        ...amountView(
          view,
          output.assets.map(({ asset, raw }) => [asset, raw] as const),
        ),
        address: output.address,
        txid: output.txid,
        vout: output.vout,
      },
      ask: {
        ...amountView(
          view,
          assetsIn(asked).map(({ asset, raw }) => [asset, raw] as const),
        ),
        ...(owner.kind === 'pay' ? { address: view.addressOf(owner.hash160) } : {}),
      },
    };
  });
}

interface LegRequest {
  readonly outpoint: unknown;
  readonly vout: unknown;
  readonly ask: unknown;
  readonly data?: Uint8Array | undefined;
  readonly hashType: HashType;
}

/** Adds a leg: an own output given, at its index what is asked for it, signed. */
async function addLeg(view: WalletView, before: Exchange, request: LegRequest): Promise<Exchange> {
  const outpoint = outpointParams(request.outpoint, request.vout);
  if (!fieldsParam(request.ask)) {
    throw new RpcError(RPC.invalidParameter, 'Invalid ask assets object');
  }
  const own = await ownOutput(view, outpoint);
  const key = view.keyOf(own.address);
  if (!key) throw new Error('an own output without a key');
  const asked = paymentTo(key.hash160, assetsParam(view, request.ask));
  const outputs: TransactionOutput[] = [
    ...before.transaction.outputs,
    { value: 0n, script: buildOutputScript(asked) },
  ];
  if (request.data) {
    const script = buildOutputScript({ kind: 'data', data: request.data });
    outputs.push({ value: 0n, script });
  }
  const index = before.transaction.inputs.length;
  const { txid, vout } = own;
  const unsigned = { txid, vout, script: new Uint8Array(0), sequence: SEQUENCE_FINAL };
  const inputs = [...before.transaction.inputs, unsigned];
  const transaction = { ...before.transaction, inputs, outputs };
  const { hashType } = request;
  const script = signInput({ transaction, index, prevScript: own.script, key, hashType });
  const signed = inputs.with(index, { ...unsigned, script });
  return { transaction: { ...transaction, inputs: signed }, spent: [...before.spent, own] };
}

async function ownOutput(
  view: WalletView,
  outpoint: { readonly txid: string; readonly vout: number },
): Promise<OwnOutput> {
  const own = view.output(outputOf(outpoint));
  if (!own) {
    const [answer] = await view.port.outputs([outpoint]);
    const standing = answer?.standing ?? 'missing';
    const words = standing === 'unspent' ? 'Output not found in wallet' : STANDINGS[standing];
    throw new RpcError(RPC.outputNotFoundInWallet, words);
  }
  for (const name of ['send', 'receive'] as const) {
    if (view.may(own.address, name)) continue;
    const message = `Address of prepared output doesn't have ${name} permission`;
    throw new RpcError(RPC.insufficientPermissions, message);
  }
  return own;
}

async function createExchange({ view }: RpcContext, params: readonly unknown[]): Promise<unknown> {
  const [outpoint, vout, ask] = params;
  const hashType = SIGHASH.singleAnyoneCanPay;
  const none = { transaction: EMPTY, spent: [] };
  const { transaction } = await addLeg(view, none, { outpoint, vout, ask, hashType });
  return toHex(encodeTransaction(transaction));
}

async function appendTo(view: WalletView, hex: unknown, request: LegRequest): Promise<Exchange> {
  let transaction: Transaction;
  try {
    transaction = decodeTransaction(textParam(hex), { trailing: 'ignored' });
  } catch (error) {
    if (!(error instanceof TransactionFormatError)) throw error;
    throw new RpcError(RPC.misc, 'CDataStream::read() : end of data: iostream error');
  }
  return addLeg(view, await readExchange(view, transaction), request);
}

async function appendExchange({ view }: RpcContext, params: readonly unknown[]): Promise<unknown> {
  const [hex, outpoint, vout, ask] = params;
  const hashType = SIGHASH.singleAnyoneCanPay;
  const exchange = await appendTo(view, hex, { outpoint, vout, ask, hashType });
  return { hex: toHex(encodeTransaction(exchange.transaction)), complete: isComplete(exchange) };
}

async function completeExchange(
  { view }: RpcContext,
  params: readonly unknown[],
): Promise<unknown> {
  const [hex, outpoint, vout, ask, data] = params;
  const hashType = SIGHASH.all;
  const exchange = await appendTo(view, hex, {
    outpoint,
    vout,
    ask,
    hashType,
    data: data === undefined || data === null || data === '' ? undefined : dataParam(data).data,
  });
  if (!isComplete(exchange)) throw new RpcError(RPC.exchange, 'Incomplete exchange');
  return toHex(encodeTransaction(exchange.transaction));
}

/** Cancels an exchange: spends one own output of it back to its address. */
async function disable({ view }: RpcContext, [hex]: readonly unknown[]): Promise<unknown> {
  const transaction = decodedTransaction(textParam(hex));
  const own = transaction.inputs.flatMap((input) => view.output(outputOf(input)) ?? []);
  if (own.length === 0) {
    const message = "Couldn't find unspent input in this tx belonging to this wallet.";
    throw new RpcError(RPC.outputNotFound, message);
  }
  const output = own.find(({ address }) => canTrade(view, address));
  const key = output && view.keyOf(output.address);
  if (!output || !key) {
    const message = 'At least one of the input addresses should have send and receive permission ';
    throw new RpcError(RPC.insufficientPermissions, message);
  }
  const back = paymentTo(key.hash160, output.assets);
  const rest = paymentTo(key.hash160, []);
  return sendOne(
    view,
    makeTransaction([output], [back, rest], (owner) => view.keyOf(owner)),
  );
}

/** createrawexchange, appendrawexchange, completerawexchange, decoderawexchange, disablerawtransaction. */
export const EXCHANGE_METHODS: readonly RpcMethod[] = [
  method('createrawexchange', 'txid vout ask-assets', createExchange),
  method('appendrawexchange', 'tx-hex txid vout ask-assets', appendExchange),
  method('completerawexchange', 'tx-hex txid vout ask-assets [data]', completeExchange),
  method('decoderawexchange', 'tx-hex [verbose]', decodeExchange),
  method('disablerawtransaction', 'tx-hex', disable),
];
