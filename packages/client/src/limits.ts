/** Every bound of the client, with its reason. Milliseconds, bytes, characters. */

/** The server closes a connection that sends a longer frame; the session refuses to make one. */
export const outgoingFrameBytesMax: number = 16 * 1024;
/** The longest frame taken in: a snapshot of an account's open orders with a state for each lot stays well below. */
export const incomingFrameBytesMax: number = 4 * 1024 * 1024;
/** What may wait in the socket's send buffer before a request is refused. */
export const sendBufferBytesMax: number = 1024 * 1024;

/** Levels a side when nothing else is asked for: a full screen of a tall terminal. */
export const bookDepthDefault = 25;
/** Levels a side of which the single orders are followed, in one market: deeper than any screen is high. */
export const queueLevels = 100;
/** Orders that are followed in that market, and rows in one message: some thousand households with a few orders each. */
export const queuedOrdersMax = 20_000;
/** Levels a side in one book message: the deepest subscription, and room for what an update deletes. */
export const levelsPerMessageMax = 2_000;

/** Between two pings: the latency on the screen is never older. */
export const pingIntervalMs = 3_000;
/** The server says something each second; after five of silence the connection counts as lost. */
export const silenceMsMax = 5_000;
/** How long an answer or a snapshot may take on a connection that is alive, before it is given up to learn the truth on a new one. */
export const answerMsMax = 10_000;
/** How long the upgrade of a connection may take. */
export const handshakeTimeoutMs = 5_000;
/** How long one HTTP call may take. */
export const httpTimeoutMs = 10_000;
/** The longest HTTP answer that is read. */
export const httpAnswerBytesMax: number = 64 * 1024;
/** The longest that the operator's lists come to: 1,000 requests of 300 bytes, or a page of as many participants. */
export const operatorAnswerBytesMax: number = 1024 * 1024;
/** Pages of participants that are asked for: a hundred thousand households. */
export const participantPagesMax = 100;

/** The first attempt after a loss: most losses are a server that restarts, and it is back at once. */
export const retryFirstMs = 250;
/** The second attempt; it doubles from here. */
export const retryBaseMs = 1_000;
/** No client waits longer. */
export const retryMsMax = 60_000;
/** A connection that lived this long starts the delays anew. */
export const retryResetMs = 10_000;
/** How often a participant who waits to be admitted asks again. */
export const admissionPollMs = 3_000;

/** A subscription that broke again is asked for after a second, doubling to a minute: a server that lies is not asked in a tight loop. */
export const mendBaseMs = 1_000;
export const mendMsMax = 60_000;
/** A subscription that was good this long starts those delays anew. */
export const mendResetMs = 120_000;
/** How long a closing connection may take to say good-bye. */
export const closeMsMax = 1_000;
/** How often the connection's own deadlines are looked at. */
export const tickMs = 500;

/** Requests without an answer; the next one is refused, nothing is written. */
export const pendingRequestsMax = 1_000;
/**
 * A wish whose outcome is unknown is sent again only while it is this young: an order must not appear long after its owner meant it. Afterwards
 * only the exchange's own list of orders can settle the question.
 */
export const wishResendMsMax = 60_000;
/** Wishes of unknown outcome that are remembered. */
export const unknownWishesMax = 1_000;

/** Own orders that are kept; beyond, finished ones are forgotten, oldest first. */
export const ordersKeptMax = 2_000;
/** Characters of a text from the exchange that are passed on. */
export const remoteTextLengthMax = 200;
/** Markets of which it is remembered under an allowance how they were described first: one each hour for a year. */
export const marketsPinnedMax = 10_000;
/** Markets that are followed. */
export const marketsMax = 100;
/** Assets that are known. */
export const assetsMax = 100;

/** The wallet agent's tasks that wait; more are left to the exchange, which repeats them. */
export const agentTasksMax = 2_000;
/** Tasks for orders that the agent has not heard of yet. */
export const agentParkedMax = 100;
/** Refusals and failures that the agent remembers to have noted, about 100 bytes each, so that it says each once. */
export const agentNotesMax = 1_000;
/** How often the agent tries a task that the ledger or the exchange could not take for a passing reason. */
export const agentAttemptsMax = 5;
/** Before the second attempt; before each later one as much longer. With the attempts above it stays within the time for a settlement. */
export const agentRetryMs = 250;
/** How often a participant's own node is looked at for locks that it lost in a restart: well within the 15 s of a block, with which it merges what is not locked. */
export const nodeLocksMs = 5_000;
/** How long the agent has to have nothing to do before it combines small outputs of its wallet. */
export const agentIdleMs = 10_000;
/** The longest text of a reason for declining, as the wire takes it. */
export const declineReasonLengthMax = 200;
/** Bytes of the wishes file from which opening it rewrites it without what is finished. */
export const wishesFileCompactBytes: number = 1024 * 1024;
/** The largest wishes file that is read. */
export const wishesFileBytesMax: number = 256 * 1024 * 1024;

/** Trades of one market that wait for a slow reader of a stream; the oldest go. */
export const ticksKeptMax = 1_000;
/** Verdicts on unknown outcomes that wait for a slow reader of a stream; the oldest go. */
export const verdictsKeptMax = 1_000;
/** Amendments of one order that are not decided: a bot that sends more than these at once does not listen to the answers. */
export const amendmentsMax = 8;
/** Orders of which more are kept than there are wishes, before those that are over are dropped. */
export const ordersSweptAt = 100;

/** Bytes of a settings or a key file: more is no such file. */
export const configBytesMax = 64 * 1024;
