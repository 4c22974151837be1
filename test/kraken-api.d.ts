/** The part of `kraken-api` that the test uses; it brings no types. */
declare module 'kraken-api' {
  export default class KrakenClient {
    constructor(key: string, secret: string, options: { readonly url: string });
    /** Rejects with the errors of the answer, without their first letter. */
    api(
      method: string,
      params?: Readonly<Record<string, string | number | boolean>>,
    ): Promise<{
      readonly error: readonly string[];
      readonly result: Readonly<Record<string, unknown>>;
    }>;
  }
}
