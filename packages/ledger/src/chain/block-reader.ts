/** Reads the bytes of a block without copying any: of a long chain, the copies take longer than all else, and none of them is kept. */
import { ByteReader, plain } from '../format/bytes.ts';

/** A reader whose parts are views of the whole. */
export class BlockReader extends ByteReader {
  readonly #whole: Uint8Array;

  constructor(bytes: Uint8Array) {
    super(bytes);
    this.#whole = plain(bytes);
  }

  /** The next `length` bytes, where they are: keeping them keeps the whole block. */
  override take(length: number): Uint8Array {
    const from = this.offset;
    // Passed over by reading, which stops at the end with the error of every other read.
    let left = length;
    for (; left >= 4; left -= 4) this.uint32();
    for (; left > 0; left--) this.uint8();
    return this.#whole.subarray(from, from + length);
  }
}
