/** One HTTP request to a node: sent whole or not at all, answered within a time and a size. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { NodeUrl } from './node-url.ts';

/** What a node answered, whatever the status. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Why there is no answer. */
export class HttpFailure extends Error {
  /** False if the node certainly has nothing of the request. */
  readonly sent: boolean;
  /** True if an answer came and was larger than allowed. */
  readonly tooLong: boolean;

  constructor(
    message: string,
    options: { readonly sent: boolean; readonly tooLong?: boolean; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = 'HttpFailure';
    this.sent = options.sent;
    this.tooLong = options.tooLong ?? false;
  }
}

/**
 * Posts a body as JSON on a connection of its own: MultiChain 1.0 closes after each answer, and a connection kept may close under a request that must not be
 * repeated.
 * @throws HttpFailure
 */
export function post(
  url: NodeUrl,
  body: Buffer,
  limits: { readonly timeoutMs: number; readonly answerBytesMax: number },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let connected = false;
    const send = url.secure ? httpsRequest : httpRequest;
    const request = send({
      host: url.host,
      port: url.port,
      path: '/',
      method: 'POST',
      agent: false,
      headers: {
        authorization: url.authorization(),
        'content-type': 'application/json',
        'content-length': body.length,
        connection: 'close',
      },
    });
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      request.destroy();
      if (error instanceof HttpFailure) reject(error);
      else reject(new HttpFailure(reasonOf(error), { sent: connected, cause: error }));
    };
    const timer = setTimeout(() => {
      const message = `no answer within ${limits.timeoutMs} ms`;
      fail(new HttpFailure(message, { sent: connected }));
    }, limits.timeoutMs);
    request.on('socket', (socket) => {
      socket.once(url.secure ? 'secureConnect' : 'connect', () => {
        connected = true;
      });
    });
    request.on('error', fail);
    request.on('response', (response) => {
      readBody(response, limits.answerBytesMax).then((text) => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, body: text });
      }, fail);
    });
    request.end(body);
  });
}

async function readBody(response: IncomingMessage, bytesMax: number): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    if (!(part instanceof Buffer)) continue;
    length += part.length;
    if (length > bytesMax) {
      throw new HttpFailure(`an answer of more than ${bytesMax} bytes`, {
        sent: true,
        tooLong: true,
      });
    }
    parts.push(part);
  }
  if (!response.complete) throw new Error('the answer was cut off');
  return Buffer.concat(parts).toString('utf8');
}

/** Several addresses tried in vain give an error without words of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return 'the connection failed';
  return error.message;
}
