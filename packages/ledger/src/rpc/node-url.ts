/** Where a MultiChain node is and how it lets us in. The password leaves this file only in the header of a request. */
import { LedgerError } from '../ledger-error.ts';

const EXAMPLE = 'http://user:password@host:port';

/** The address of a node's JSON-RPC. Printed, logged or written as JSON it is its origin, without user and password. */
export class NodeUrl {
  /** `http://host:port`. */
  readonly origin: string;
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  readonly #authorization: string;

  constructor(parts: {
    readonly secure: boolean;
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
  }) {
    this.secure = parts.secure;
    this.host = parts.host.replace(/^\[(.*)\]$/, '$1');
    this.port = parts.port;
    this.origin = `${parts.secure ? 'https' : 'http'}://${parts.host}:${parts.port}`;
    const credentials = Buffer.from(`${parts.user}:${parts.password}`, 'utf8');
    this.#authorization = `Basic ${credentials.toString('base64')}`;
  }

  /** The value of the `Authorization` header: secret. */
  authorization(): string {
    return this.#authorization;
  }

  toString(): string {
    return this.origin;
  }

  toJSON(): string {
    return this.origin;
  }
}

/**
 * Reads the URL of a node, `http://user:password@host:port`; https too, for a node behind a proxy. Special characters of the password are percent-encoded.
 * @throws LedgerError `chain_request_invalid` that says what is wrong, and never repeats the text.
 */
export function parseNodeUrl(text: string): NodeUrl {
  const url = URL.parse(text.trim());
  if (url === null) {
    throw invalid('is not a URL; special characters of the password are written as % codes');
  }
  const { protocol } = url;
  if (protocol !== 'http:' && protocol !== 'https:') throw invalid('begins with http://');
  if (url.username === '' || url.password === '') {
    throw invalid("names user and password: rpcuser and rpcpassword of the node's multichain.conf");
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw invalid('ends with the port');
  }
  return new NodeUrl({
    secure: protocol === 'https:',
    host: url.hostname,
    port: portOf(url, text),
    user: decoded(url.username),
    password: decoded(url.password),
  });
}

/** A URL forgets the port that its protocol has anyway. */
function portOf({ port, protocol }: URL, text: string): number {
  if (port !== '') return Number(port);
  const standard = protocol === 'http:' ? 80 : 443;
  if (new RegExp(`:0*${standard}/?$`).test(text.trim())) return standard;
  throw invalid("names the port: default-rpc-port of the chain's params.dat, or rpcport");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('has a % in user or password that is no code; write it as %25');
  }
}

function invalid(what: string): LedgerError {
  const wrong = what.startsWith('is ') || what.startsWith('has ');
  const sentence = wrong ? `the node's URL ${what}` : `a node's URL ${what}`;
  return new LedgerError('chain_request_invalid', `${sentence} (${EXAMPLE})`);
}
