/** What a connection needs of a socket: a `ws` one is such a port, and so is one of a simulated network. */

/** The bytes of one frame, in one of the forms in which `ws` hands them over. */
export type FrameData = Buffer | ArrayBuffer | Buffer[];

export interface FrameSocket {
  readonly readyState: number;
  /** The `readyState` in which frames can be sent. */
  readonly OPEN: number;
  /** Bytes that were sent and wait for the other side to read them. */
  readonly bufferedAmount: number;
  /** Takes one text frame, whole and in order. */
  send(frame: Buffer, options: { readonly binary: false }): void;
  /** Begins the closing handshake. */
  close(code: number, reason: string): void;
  /** Cuts the connection without a word. */
  terminate(): void;
  on(event: 'message', listener: (data: FrameData, isBinary: boolean) => void): unknown;
  on(event: 'ping' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}
