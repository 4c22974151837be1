/**
 * Transactions in recordings: compared with ours part by part, and put together again of our parts where a recorded call names one that no call before
 * it gave: clients change, cut and glue transactions themselves.
 */
import { fromHex, toHex, TransactionFormatError } from '../format/bytes.ts';
import { readSignatureScript } from '../format/signature.ts';
import { decodeTransaction, encodeTransaction, txidOf } from '../format/transaction.ts';
import type { Transaction } from '../format/transaction.ts';

/** What stands for what. */
interface Known {
  get(recorded: string): string | undefined;
  set(recorded: string, ours: string): void;
  beginningWith(start: string): string | undefined;
}

const PAID = /^76a914([0-9a-f]{40})88ac/;
const TRANSACTION_TEXT = /^01000000[0-9a-f]{100,}$/;
/** Shorter hexadecimal text is not looked at as a cut transaction. */
const CUT_TEXT = /^01000000[0-9a-f]{8,}$/;

/** Whether the text is a transaction. */
export function isTransactionText(text: string): boolean {
  return TRANSACTION_TEXT.test(text) && decoded(text) !== undefined;
}

function decoded(text: string): Transaction | undefined {
  try {
    return decodeTransaction(text, { trailing: 'ignored' });
  } catch (error) {
    if (!(error instanceof TransactionFormatError)) throw error;
    return undefined;
  }
}

/** @returns where two transactions differ; if they do not, their parts stand for each other from now on. */
export function compareTransactions(
  recorded: string,
  ours: unknown,
  known: Known,
  path: string,
): string | undefined {
  const [one, other] = [decoded(recorded), typeof ours === 'string' ? decoded(ours) : undefined];
  if (!one || !other || typeof ours !== 'string') return `${path}: not a transaction`;
  if (one.inputs.length !== other.inputs.length) {
    return `${path}: ${other.inputs.length} inputs, recorded ${one.inputs.length}`;
  }
  if (one.outputs.length !== other.outputs.length) {
    return `${path}: ${other.outputs.length} outputs, recorded ${one.outputs.length}`;
  }
  for (const [i, input] of one.inputs.entries()) {
    const own = other.inputs[i];
    if (!own || input.vout !== own.vout || input.sequence !== own.sequence) {
      return `${path}: input ${i} spends another output`;
    }
    if ((known.get(input.txid) ?? own.txid) !== own.txid) return `${path}: input ${i} is another`;
    const signature = compareSignatures(input.script, own.script, known);
    if (signature !== undefined) return `${path}: input ${i}: ${signature}`;
    known.set(input.txid, own.txid);
  }
  for (const [i, { script }] of one.outputs.entries()) {
    const [expected, found] = [toHex(script), toHex(other.outputs[i]?.script ?? new Uint8Array(0))];
    const [owner, own] = [PAID.exec(expected)?.[1], PAID.exec(found)?.[1]];
    if (owner !== undefined && own !== undefined) known.set(owner, own);
    if (withoutTimes(translatedScript(expected, known)) !== withoutTimes(found)) {
      return `${path}: output ${i} is ${found}, recorded ${expected}`;
    }
    known.set(expected, found);
  }
  known.set(recorded, ours);
  known.set(txidOf(encodeTransaction(one)), txidOf(encodeTransaction(other)));
  return undefined;
}

/** Both signed in the same way, or neither. */
function compareSignatures(
  recorded: Uint8Array,
  ours: Uint8Array,
  known: Known,
): string | undefined {
  const [one, other] = [readSignatureScript(recorded), readSignatureScript(ours)];
  if (!one || !other) {
    return recorded.length === ours.length ? undefined : 'signed, or not signed, unlike recorded';
  }
  if (one.hashType !== other.hashType) return 'its signature covers something else';
  known.set(toHex(recorded), toHex(ours));
  known.set(signatureText(one), signatureText(other));
  known.set(toHex(one.publicKey), toHex(other.publicKey));
  return undefined;
}

function signatureText({ der, hashType }: { der: Uint8Array; hashType: number }): string {
  return `${toHex(der)}${hashType.toString(16).padStart(2, '0')}`;
}

/** The same hexadecimal text of our chain: a transaction or a script of our parts, or a transaction cut short. @returns undefined if it is no such text. */
export function translateHex(text: string, known: Known): string | undefined {
  if (/^(76a914|73706b)[0-9a-f]+$/.test(text)) return translatedScript(text, known);
  if (!CUT_TEXT.test(text)) return undefined;
  const transaction = decoded(text);
  if (!transaction) return cut(text, known);
  const inputs = transaction.inputs.map((input) => ({
    ...input,
    txid: known.get(input.txid) ?? input.txid,
    script: fromHex(known.get(toHex(input.script)) ?? toHex(input.script)),
  }));
  const outputs = transaction.outputs.map(({ value, script }) => ({
    value,
    script: fromHex(translatedScript(toHex(script), known)),
  }));
  const length = encodeTransaction(transaction).length * 2;
  return toHex(encodeTransaction({ ...transaction, inputs, outputs })) + text.slice(length);
}

function cut(text: string, known: Known): string | undefined {
  const whole = known.beginningWith(text);
  const ours = whole === undefined ? undefined : known.get(whole);
  return whole === undefined ? undefined : ours?.slice(0, text.length - whole.length);
}

/** A script, or an element of one, with our key hashes and asset ids. */
function translatedScript(script: string, known: Known): string {
  return script
    .replace(/^76a914([0-9a-f]{40})/, (_, hash: string) => `76a914${known.get(hash) ?? hash}`)
    .replaceAll(
      /(73706b65)([0-9a-f]{32})/g,
      (_, kind: string, asset: string) => kind + (known.get(asset) ?? asset),
    )
    .replaceAll(
      /(73706b(?:71|6f))((?:[0-9a-f]{48})+)(?=75|$)/g,
      (_, kind: string, body: string) =>
        kind +
        body.replaceAll(
          /([0-9a-f]{32})([0-9a-f]{16})/g,
          (__, asset: string, raw: string) => (known.get(asset) ?? asset) + raw,
        ),
    );
}

/** A script without the times that its grants tell. */
export function withoutTimes(script: string): string {
  return script.replaceAll(/(73706b70[0-9a-f]{24})[0-9a-f]{8}/g, '$100000000');
}
