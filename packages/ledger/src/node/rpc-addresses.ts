/** RPC methods about addresses and what they sign. */
import type { Address } from '@wattlot/core';
import { hashOfAddress, keyPairOfText, privateKeyText } from '../format/address.ts';
import { fromHex, toHex } from '../format/bytes.ts';
import { hash160 } from '../format/hash.ts';
import { newKeyPair } from '../format/keys.ts';
import { signMessage, verifyMessage } from '../format/message.ts';
import { MESSAGE_BYTES_MAX, WATCHED_MAX } from '../limits.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import { addressesParam, boolParam, intParam, method, textParam } from './rpc-params.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

function detailsOf({ view, state }: RpcContext, address: string): object {
  const key = view.keyOf(address);
  const watched = state.watched.get(address as Address);
  if (!key && !watched) return { address, ismine: false };
  const synchronized = watched === undefined || watched.fromHeight === 0;
  return {
    address,
    ismine: key !== undefined,
    iswatchonly: key === undefined,
    isscript: false,
    ...(key ? { pubkey: toHex(key.publicKey), iscompressed: true } : {}),
    account: '',
    synchronized,
    ...(synchronized ? {} : { startblock: watched.fromHeight }),
  };
}

function getAddresses(context: RpcContext, [verbose]: readonly unknown[]): unknown {
  const { addresses } = context.view;
  if (!boolParam(verbose, false)) return addresses;
  return addresses.map((address) => detailsOf(context, address));
}

function listAddresses(context: RpcContext, [which, verbose]: readonly unknown[]): unknown {
  const { view, state } = context;
  const isAll = which === undefined || which === null || which === '*';
  const known = [...new Set([...view.addresses, ...state.watched.keys()])];
  const addresses = isAll ? known : addressesParam(view, which);
  if (boolParam(verbose, false)) return addresses.map((address) => detailsOf(context, address));
  return addresses.map((address) => ({ address, ismine: view.keyOf(address) !== undefined }));
}

/** An address, or the private or public key of one. */
function validateAddress(context: RpcContext, [which]: readonly unknown[]): unknown {
  const { view } = context;
  const text = textParam(which);
  const address = hashOfAddress(text, view.params) ? text : addressOfKey(view, text);
  if (address === undefined) return { isvalid: false };
  return { isvalid: true, ...detailsOf(context, address) };
}

function addressOfKey(view: WalletView, text: string): Address | undefined {
  const key = keyPairOfText(text, view.params);
  if (key) return view.addressOf(key.hash160);
  return /^0[23][0-9a-f]{64}$/.test(text) ? view.addressOf(hash160(fromHex(text))) : undefined;
}

const KEY_PAIRS_MAX = 1_000;

/** Keys that are kept nowhere. */
function createKeyPairs({ view, random }: RpcContext, [count]: readonly unknown[]): unknown {
  const wanted = intParam(count, 1);
  if (wanted < 1 || wanted > KEY_PAIRS_MAX) {
    throw new RpcError(RPC.invalidParameter, 'Invalid count');
  }
  return Array.from({ length: wanted }, () => {
    const key = newKeyPair(random);
    return {
      address: view.addressOf(key.hash160),
      pubkey: toHex(key.publicKey),
      privkey: privateKeyText(key, view.params),
    };
  });
}

/** Watches foreign addresses until the node stops. Without `rescan`, only what comes from now on counts. */
function importAddress({ view, state }: RpcContext, params: readonly unknown[]): unknown {
  const [which, , rescan] = params;
  const addresses = addressesParam(view, which);
  const fromHeight = boolParam(rescan, true) ? 0 : view.height + 1;
  const foreign = addresses.filter((address) => !view.keyOf(address));
  const room = WATCHED_MAX - state.watched.size;
  if (foreign.length > room) throw new RpcError(RPC.invalidParameter, 'Too many addresses');
  for (const address of foreign) state.watched.set(address, { fromHeight });
  return null;
}

function sign({ view }: RpcContext, [address, message]: readonly unknown[]): unknown {
  const text = textParam(address);
  if (!view.hashOf(text)) throw new RpcError(RPC.type, 'Invalid address');
  const key = view.keyOf(text);
  if (!key) throw new RpcError(RPC.invalidAddress, 'Private key not available');
  const words = textParam(message);
  if (new TextEncoder().encode(words).length <= MESSAGE_BYTES_MAX) return signMessage(words, key);
  throw new RpcError(RPC.invalidParameter, 'Message too long');
}

function verify({ view }: RpcContext, params: readonly unknown[]): unknown {
  const [address = '', signature = '', message = ''] = params.map(textParam);
  if (!view.hashOf(address)) throw new RpcError(RPC.type, 'Invalid address');
  return verifyMessage(address, signature, message, view.params);
}

/** getaddresses, listaddresses, getnewaddress, importaddress, createkeypairs, validateaddress, signmessage, verifymessage. */
export const ADDRESS_METHODS: readonly RpcMethod[] = [
  method('getaddresses', '[verbose]', getAddresses),
  method('listaddresses', '[addresses] [verbose]', listAddresses),
  method('getnewaddress', '[account]', ({ view }) => view.newAddress('')),
  method('importaddress', 'addresses [label] [rescan]', importAddress),
  method('createkeypairs', '[count]', createKeyPairs),
  method('validateaddress', 'address|pubkey|privkey', validateAddress),
  method('signmessage', 'address message', sign),
  method('verifymessage', 'address signature message', verify),
];
