/** RPC methods about addresses and what they sign. */
import { hashOfAddress } from '../format/address.ts';
import { toHex } from '../format/bytes.ts';
import { signMessage, verifyMessage } from '../format/message.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-params.ts';
import { addressesParam, boolParam, method, textParam } from './rpc-params.ts';
import type { WalletView } from '../wallet/wallet-view.ts';

function detailsOf(view: WalletView, address: string): unknown {
  const key = view.keyOf(address);
  if (!key) return { address, ismine: false };
  return {
    address,
    ismine: true,
    iswatchonly: false,
    isscript: false,
    pubkey: toHex(key.publicKey),
    iscompressed: true,
    account: '',
    synchronized: true,
  };
}

function getAddresses({ view }: RpcContext, [verbose]: readonly unknown[]): unknown {
  const { addresses } = view;
  if (!boolParam(verbose, false)) return addresses;
  return addresses.map((address) => detailsOf(view, address));
}

function listAddresses({ view }: RpcContext, [which, verbose]: readonly unknown[]): unknown {
  const isAll = which === undefined || which === null || which === '*';
  const addresses = isAll ? view.addresses : addressesParam(view, which);
  if (boolParam(verbose, false)) return addresses.map((address) => detailsOf(view, address));
  return addresses.map((address) => ({ address, ismine: view.keyOf(address) !== undefined }));
}

function validateAddress({ view }: RpcContext, [address]: readonly unknown[]): unknown {
  const text = textParam(address);
  if (!hashOfAddress(text, view.params)) return { isvalid: false };
  return { isvalid: true, ...Object(detailsOf(view, text)) };
}

function sign({ view }: RpcContext, [address, message]: readonly unknown[]): unknown {
  const text = textParam(address);
  if (!view.hashOf(text)) throw new RpcError(RPC.type, 'Invalid address');
  const key = view.keyOf(text);
  if (!key) throw new RpcError(RPC.invalidAddress, 'Private key not available');
  return signMessage(textParam(message), key);
}

function verify({ view }: RpcContext, params: readonly unknown[]): unknown {
  const [address = '', signature = '', message = ''] = params.map(textParam);
  if (!view.hashOf(address)) throw new RpcError(RPC.type, 'Invalid address');
  return verifyMessage(address, signature, message, view.params);
}

/** getaddresses, listaddresses, getnewaddress, validateaddress, signmessage, verifymessage. */
export const ADDRESS_METHODS: readonly RpcMethod[] = [
  method('getaddresses', '[verbose]', getAddresses),
  method('listaddresses', '[addresses] [verbose]', listAddresses),
  method('getnewaddress', '[account]', ({ view }) => view.newAddress('')),
  method('validateaddress', 'address', validateAddress),
  method('signmessage', 'address message', sign),
  method('verifymessage', 'address signature message', verify),
];
