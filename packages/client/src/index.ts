/**
 * Trading on a Wattlot exchange from a program; docs/bots.md begins at the beginning.
 *
 * A bot needs two calls. `openParticipant` opens a wallet (a key file on your disk; the exchange never has it), logs in and starts the agent that signs
 * your settlements. Then read what happens, and place orders:
 *
 *     const { client, close } = await openParticipant({ url: 'http://127.0.0.1:4280', keyFile: 'bot.key', name: 'bot' });
 *     for await (const event of client.events()) { if (event.kind === 'book') … }
 *     const outcome = await client.placeOrder({ clientOrderId: crypto.randomUUID(), symbol, side: 'bid', price, volume, timeInForce: 'gtc', postOnly: false });
 *     await client.amendOrder(outcome.value.order, { price });
 *
 * - Volumes are whole lots, prices whole ecoin units per lot; an `Instrument` leads to the decimals that people read (`qtyOfLots`, `wireOfPrice`).
 * - The client connects, reconnects, checks every message and keeps the books by itself. While `connection` says `stale`, what you have may be old.
 * - An outcome is `yes`, `no` or `unknown`. After `unknown` the client finds out: of an order under the same `clientOrderId`, told as `reconciled`; of an
 *   amendment, told as `amendment`.
 * - An order without an agent that is running never rests: its offers have to be signed. An order on the book needs nobody any more.
 * - `connect` without a signer follows the public feed only.
 */
export * from './frames/index.ts';
export * from './events.ts';
export type { Stream } from './stream.ts';
export { AllowanceError, parseAllowance } from './allowance.ts';
export type { Allowance } from './allowance.ts';
export * from './clock.ts';
export { connect } from './connect.ts';
export type { ConnectOptions, Signer } from './connect.ts';
export { LoopClient } from './loop.ts';
export type { LoopOptions } from './loop.ts';
export type { AgentNote, AgentProgress, WalletAgent } from './agent.ts';
export * from './participant.ts';
export { everyParticipant, openOperator } from './operator.ts';
export type { OperatorConnection, OperatorOptions } from './operator.ts';
export { WishFileError } from './wish-file.ts';
