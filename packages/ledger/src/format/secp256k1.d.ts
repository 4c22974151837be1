/** The part of the npm package `secp256k1` that the ledger uses; the package ships no types. */
declare module 'secp256k1' {
  interface Secp256k1 {
    privateKeyVerify(privateKey: Uint8Array): boolean;
    publicKeyVerify(publicKey: Uint8Array): boolean;
    publicKeyCreate(privateKey: Uint8Array, compressed: boolean): Uint8Array;
    ecdsaSign(
      message: Uint8Array,
      privateKey: Uint8Array,
    ): { readonly signature: Uint8Array; readonly recid: number };
    ecdsaVerify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
    ecdsaRecover(
      signature: Uint8Array,
      recid: number,
      message: Uint8Array,
      compressed: boolean,
    ): Uint8Array;
    signatureExport(signature: Uint8Array): Uint8Array;
    signatureImport(der: Uint8Array): Uint8Array;
    signatureNormalize(signature: Uint8Array): Uint8Array;
  }
  const secp256k1: Secp256k1;
  export default secp256k1;
}
