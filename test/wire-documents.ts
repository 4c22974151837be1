/** The wire as documents for machines: OpenAPI for HTTP, AsyncAPI for the socket. Nothing is written twice: the schemas are those that validate. */
import {
  ChallengeRequest,
  ChallengeResult,
  ConnectNodeRequest,
  ConnectNodeResult,
  CreateApiKeyRequest,
  CreateApiKeyResult,
  ExchangeListRequest,
  ExchangeListResult,
  LedgerResult,
  ListApiKeysRequest,
  ListApiKeysResult,
  ListEcoinRequestsRequest,
  ListEcoinRequestsResult,
  LoginRequest,
  LoginResult,
  messageSchemas,
  operatorFunctions,
  Pong,
  privateFunctions,
  publicFunctions,
  RegisterOrderRequest,
  RegisterOrderResult,
  Reply,
  requestSchemas,
  RevokeApiKeyRequest,
  RevokeApiKeyResult,
  ScheduleEcoinIssueRequest,
  ScheduleEcoinIssueResult,
} from '@wattlot/client/frames';

const version = '0.1.0';

interface Call {
  readonly summary: string;
  /** With a token of a login. */
  readonly isPrivate?: boolean;
  /** With a token of the operator's login. */
  readonly isOperators?: boolean;
  readonly body: object;
  readonly result: object;
}

/** The functions under `/v1/` that take a body. */
const calls: Readonly<Record<string, Call>> = {
  challenge: {
    summary: 'A text for an address to sign, good once and for a minute.',
    body: ChallengeRequest,
    result: ChallengeResult,
  },
  login: {
    summary: 'A session for whoever signed a challenge, as signmessage does.',
    body: LoginRequest,
    result: LoginResult,
  },
  connect_node: {
    summary: 'Asks the operator to be let in.',
    isPrivate: true,
    body: ConnectNodeRequest,
    result: ConnectNodeResult,
  },
  schedule_ecoin_issue: {
    summary: 'Asks for ecoin against a deposit, in ecoin’s smallest units.',
    isPrivate: true,
    body: ScheduleEcoinIssueRequest,
    result: ScheduleEcoinIssueResult,
  },
  list_ecoin_requests: {
    summary: 'What became of one’s wishes for ecoin.',
    isPrivate: true,
    body: ListEcoinRequestsRequest,
    result: ListEcoinRequestsResult,
  },
  exchange_list: {
    summary: 'The orders on a market’s book, best first; never whose they are.',
    body: ExchangeListRequest,
    result: ExchangeListResult,
  },
  register_ask: {
    summary: 'Places a limit order to sell: `AddOrder` for a session of a login.',
    isPrivate: true,
    body: RegisterOrderRequest,
    result: RegisterOrderResult,
  },
  register_bid: {
    summary: 'Places a limit order to buy: `AddOrder` for a session of a login.',
    isPrivate: true,
    body: RegisterOrderRequest,
    result: RegisterOrderResult,
  },
  create_api_key: {
    summary: 'Makes an API key. Its secret is told here and never again.',
    isPrivate: true,
    body: CreateApiKeyRequest,
    result: CreateApiKeyResult,
  },
  list_api_keys: {
    summary: 'One’s API keys, without their secrets.',
    isPrivate: true,
    body: ListApiKeysRequest,
    result: ListApiKeysResult,
  },
  revoke_api_key: {
    summary: 'Ends an API key and the token made with it.',
    isPrivate: true,
    body: RevokeApiKeyRequest,
    result: RevokeApiKeyResult,
  },
};

const operators = Object.fromEntries(
  Object.entries(operatorFunctions).map(([name, each]): [string, Call] => [
    name,
    { ...each, isPrivate: true, isOperators: true },
  ]),
);

const requests: Readonly<Record<keyof typeof requestSchemas, string>> = {
  ping: 'Asks for a pong.',
  subscribe: 'Begins to follow a channel; one answer for each symbol.',
  unsubscribe: 'Ends it.',
  add_order: 'Places an order.',
  amend_order: 'Changes an order’s price or quantity; only a smaller quantity keeps its place.',
  batch_add: 'Places orders of one market.',
  cancel_order: 'Takes orders back; one answer for each id.',
  cancel_all: 'Takes all orders back.',
  batch_cancel: 'Takes orders back; one answer for all.',
  cancel_all_orders_after: 'The dead man’s switch.',
  'offers.delivered': 'Wattlot’s own: an agent’s offers for an order that waits for them.',
  'offers.declined': 'Wattlot’s own: an agent cannot sign the offers asked for.',
  'settlement.submitted': 'Wattlot’s own: an agent has handed lots’ transactions to the ledger.',
  'ladder.delivered': 'Wattlot’s own: an agent’s signatures for lots that settle together.',
};

const messages: Readonly<Record<keyof typeof messageSchemas, string>> = {
  status: 'What the exchange allows: on connecting, and when that changes.',
  heartbeat: 'Sent after a second without anything else.',
  instrument: 'The markets and assets.',
  book: 'A market’s levels.',
  level3: 'A market’s orders, by id only.',
  trade: 'A market’s trades.',
  ticker: 'A market’s best prices and last 24 hours.',
  ohlc: 'A market’s candles.',
  executions: 'One’s own orders, their trades and how those settle.',
  balances: 'What one owns and what of it orders hold.',
  agent: 'Wattlot’s own: what a wallet agent is asked to sign.',
};

function json(schema: object): object {
  return { 'application/json': { schema } };
}

const errorStrings = { type: 'array', items: { type: 'string' } };

/** The dialect's envelope: error strings, or a result. */
function envelope(result: object): object {
  const schema = {
    type: 'object',
    required: ['error'],
    properties: { error: errorStrings, result },
  };
  const refused = { type: 'object', required: ['error'], properties: { error: errorStrings } };
  return {
    200: { description: 'A result, or error strings.', content: json(schema) },
    default: {
      description: 'Not taken at all: too many calls, too large, from a foreign page.',
      content: json(refused),
    },
  };
}

function answer(result: object): object {
  const right = { type: 'object', required: ['result'], properties: { result } };
  const wrong = {
    type: 'object',
    required: ['error'],
    properties: { error: { type: 'string' } },
  };
  return {
    200: { description: 'The result.', content: json(right) },
    default: { description: 'Why not: an error string.', content: json(wrong) },
  };
}

function queryOf({ properties, required = [] }: Fields): readonly object[] {
  return Object.entries(properties).map(([name, schema]) => {
    return { name, in: 'query', required: required.includes(name), schema };
  });
}

interface Fields {
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[] | undefined;
}

/** A schema in the words of JSON Schema 2020-12, which OpenAPI 3.1 speaks: what a schema of ours has as a list of `items` is `prefixItems` there. */
function inOpenApi(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(inOpenApi);
  if (typeof schema !== 'object' || schema === null) return schema;
  const words = Object.fromEntries(
    Object.entries(schema).map(([word, value]) => [word, inOpenApi(value)]),
  );
  const { items, additionalItems, ...rest } = words;
  if (Array.isArray(items)) return { ...rest, prefixItems: items, items: additionalItems ?? true };
  return words;
}

/** OpenAPI 3.1 of all that is answered by HTTP, but for the wallets' `/chain`. */
export function openApi(): object {
  const paths: Record<string, object> = {};
  for (const [name, { summary, query, result }] of Object.entries(publicFunctions)) {
    const responses = envelope(result);
    paths[`/0/public/${name}`] = { get: { summary, parameters: queryOf(query), responses } };
  }
  for (const [name, { summary, scope, body, result }] of Object.entries(privateFunctions)) {
    const form = { 'application/x-www-form-urlencoded': { schema: body } };
    const requestBody = { required: true, content: { ...form, ...json(body) } };
    const post = {
      summary,
      description: `Needs a key with scope ${scope}.`,
      security: [{ key: [], sign: [] }],
      requestBody,
      responses: envelope(result),
    };
    paths[`/0/private/${name}`] = { post };
  }
  for (const [name, call] of Object.entries({ ...calls, ...operators })) {
    const { summary, isPrivate = false, isOperators = false, body, result } = call;
    const post = {
      summary,
      ...(isOperators ? { description: 'Of the operator alone.' } : {}),
      ...(isPrivate ? { security: [{ token: [] }] } : {}),
      requestBody: { required: true, content: json(body) },
      responses: answer(result),
    };
    paths[`/v1/${name}`] = { post };
  }
  const ledger = 'What a wallet needs to know of the ledger before it can start.';
  paths['/v1/ledger'] = { get: { summary: ledger, responses: answer(LedgerResult) } };
  return {
    openapi: '3.1.0',
    info: { title: 'Wattlot', version, description: 'Described for people in docs/feed.md.' },
    paths: inOpenApi(paths),
    components: {
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'API-Key' },
        sign: {
          type: 'apiKey',
          in: 'header',
          name: 'API-Sign',
          description:
            'base64(HMAC-SHA512(path + SHA256(nonce + body))) under the base64-decoded secret.',
        },
        token: { type: 'http', scheme: 'bearer', description: 'The token of /v1/login.' },
      },
    },
  };
}

/** AsyncAPI 3.0 of the socket at `/v2`. */
export function asyncApi(): object {
  const described: Record<string, object> = {
    reply: { summary: 'The answer to a request.', payload: Reply },
    pong: { summary: 'The answer to a ping.', payload: Pong },
  };
  const operations: Record<string, object> = {};
  const operate = (name: string, action: 'send' | 'receive'): void => {
    const channel = { $ref: '#/channels/socket' };
    operations[name] = {
      action,
      channel,
      messages: [{ $ref: `#/channels/socket/messages/${name}` }],
    };
  };
  for (const [method, payload] of Object.entries(requestSchemas)) {
    const name = `request.${method}`;
    described[name] = { summary: requests[method as keyof typeof requests], payload };
    operate(name, 'receive');
  }
  for (const [channel, payload] of Object.entries(messageSchemas)) {
    const name = `channel.${channel}`;
    described[name] = { summary: messages[channel as keyof typeof messages], payload };
    operate(name, 'send');
  }
  for (const name of ['reply', 'pong']) operate(name, 'send');
  const named = Object.keys(described).map((name) => [
    name,
    { $ref: `#/components/messages/${name}` },
  ]);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Wattlot', version, description: 'Described for people in docs/feed.md.' },
    defaultContentType: 'application/json',
    channels: { socket: { address: '/v2', messages: Object.fromEntries(named) } },
    operations,
    components: { messages: described },
  };
}
