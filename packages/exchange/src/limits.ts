/** Every bound of the exchange server, with its reason. */

/** Entries that may wait for the disk. At 100,000 entries a second that is a tenth of a second; a disk that hangs must not eat the memory. */
export const backlogMax = 10_000;

/**
 * Entries that may wait for the disk before new orders and amendments are turned away: what is left until `backlogMax` is for cancels, for the dead man's switch and
 * for what agents say, which make the exchange's load smaller and its participants' risk too.
 */
export const orderBacklogMax = 5_000;

/** Lots and movements in one commit, about 700 characters each, so that one row stays far below what SQLite takes. One entry may weigh more alone. */
export const commitWeightMax = 4_000;

/** Characters of entries handed over at a time when the journal is read: replay keeps the memory flat. */
export const readCharactersMax = 4_000_000;

/** Bytes of the longest frame a client may send: 20 lots with their offers fit, or 60 rungs; nothing larger is ever needed. */
export const frameBytesMax = 16 * 1024;

/** Fragments of one message: no client needs any, some send what is longer than their buffer in a few. */
export const fragmentsMax = 64;

/** Bytes waiting for one connection above which its book is no longer sent update by update: about a second of a busy market. */
export const conflateBytes = 256 * 1024;

/** Bytes waiting for one connection above which it is closed. */
export const stalledBytesMax = 1024 * 1024;

/** Milliseconds for which a connection may take nothing of what waits for it before it is closed. */
export const stalledMsMax = 10_000;

/** Milliseconds without any message after which a heartbeat is sent. */
export const heartbeatMs = 1_000;

/** Milliseconds from connecting within which a client has to subscribe to something. */
export const subscribeWithinMs = 5_000;

/** Milliseconds a connection has to answer the closing handshake before it is cut. */
export const closeWithinMs = 1_000;

/** Socket connections in all: each costs about 50 kB, and a neighbourhood is hundreds. */
export const connectionsMax = 1_000;

/** Socket connections from one address of the network: a machine that runs a whole neighbourhood has two a household. */
export const connectionsPerSourceMax = 200;

/** HTTP connections in all, sockets included. */
export const httpConnectionsMax = 2_000;

/** Bytes of a request to `/v1/`: a login is the longest. */
export const bodyBytesMax = 4 * 1024;

/** Milliseconds in which a request has to be complete, so that nobody holds a connection with a byte each five seconds. */
export const requestMsMax = 10_000;

/** Milliseconds between two looks at which requests are late. */
export const requestCheckMs = 2_000;

/** Milliseconds a connection may be idle between two requests: told to clients, so less than what cuts an idle connection. */
export const keepAliveMs = 8_000;

/** Frames that a connection may send at once, and a second in the long run: an order of 1,000 lots takes 50 frames of offers. */
export const framesBurst = 400;
export const framesPerSecond = 200;

/**
 * Frames that all connections from one address of the network may send at once, and a second in the long run. The busiest simulated neighbourhood, 200 households on one machine, sends 450 a
 * second; ten bots at their own limit reach it.
 */
export const sourceFramesBurst = 10_000;
export const sourceFramesPerSecond = 2_000;

/** Of these, what a connection may always send, whatever the others at its address do: at once, a second in the long run, and in its first second. A household that trades, and its subscriptions. */
export const ownFramesBurst = 100;
export const ownFramesPerSecond = 5;
export const ownFramesAtFirst = 20;

/** Addresses of the network of which it is remembered how much they have sent and asked; the longest unused start anew. */
export const sourcesMax = 10_000;

/** Orders that an account may place at once, and a second in the long run. */
export const ordersBurst = 100;
export const ordersPerSecond = 50;

/** How far beyond the book's price for its volume a market order goes that names no worst price: a twentieth. */
export const protectionShare = 0.05;

/** Cancels are never throttled below new orders: whoever could place an order can take it back. */
export const cancelsBurst = 400;
export const cancelsPerSecond = 200;

/** What the agents of an account may decline, claim or sign for ladders at once, and a second in the long run: the first two are entries of the journal. A trade of 1,000 lots is 50, its ladders 20. */
export const agentWordsBurst = 400;
export const agentWordsPerSecond = 200;

/** Milliseconds that a commit may be on its way before the exchange calls itself not ready: a thousand times what a disk needs. */
export const journalStalledMsMax = 5_000;

/** Final blocks that the exchange may be behind its ledger and still call itself ready: those of one look at a node. */
export const ledgerBehindMax = 3;

/** Connections of those who read the numbers. */
export const watchersMax = 50;

/** Used login challenges that are remembered until they run out anyway. */
export const challengesMax = 10_000;

/** Milliseconds a challenge is good for. */
export const challengeMs = 60_000;

/** Sessions that may be open at a time; the longest unused is dropped first. */
export const sessionsMax = 10_000;

/** Milliseconds a session lasts after its last use; to follow a private channel with it is to use it. */
export const sessionMs = 24 * 60 * 60 * 1000;

/** Requests to be let in that are kept, refused ones included: whoever has not asked for longest is dropped first, and asks again if he still wants it. */
export const joinRequestsMax = 1_000;

/** Wishes for ecoin that may wait for the operator: in all, and of one participant. */
export const depositsWaitingMax = 1_000;
export const depositsWaitingOfOneMax = 5;

/** Decided wishes for ecoin that are kept to be shown and answered again, the newest; about 400 kilobytes. */
export const depositsDecidedMax = 1_000;

/** Decided wishes for ecoin that the operator is shown, and a participant of its own. */
export const depositsShownMax = 100;
export const ownDepositsShownMax = 20;

/** Lines of the file with the requests that no longer count after which it is written anew: about a megabyte. */
export const requestLinesMax = 5_000;

/** Ecoin, in its smallest units, that one participant gets where the operator's policy is to ask nobody: 10,000 ecoin. */
export const openIssueMax = 1_000_000;

/** Markets that are told of, the oldest that are over giving way to new ones: the clients here follow so many, and each costs a tape and its candles. */
export const marketsMax = 100;

/** Milliseconds of the longest timer that Node keeps, 24 days: a longer one would fire at once. */
export const timerMsMax = 2 ** 31 - 1;

/** Trades that a market's tape keeps: what a subscriber is shown of the past. */
export const tapeMax = 50;

/** Slices of a journal's entries that the thread that proves it may be ahead of the one that folds them: about 5 MB. */
export const slicesAheadMax = 16;

/** Candles of each interval that a market keeps: of minutes, all of the 24 hours that the ticker looks back on. */
export const candlesMax = 1_440;

/** Candles in a first message, the newest: about 40 kB. */
export const candlesShownMax = 200;

/** Done orders of a participant that are still shown: what fits on a screen a few times over. */
export const doneOrdersMax = 50;

/**
 * Lots of a participant's final trades that are still shown one by one, the newest: two of the largest orders, and at about 150 characters each a
 * snapshot that stays far below what may wait for a connection. Older trades keep their settlement and its first transaction.
 */
export const finalLotsMax = 2_000;

/** Released outputs of which a participant's agent is told again when it comes back; the oldest orders' are dropped first. */
export const releasedOutputsMax = 2_000;

/** Orders whose offers are being delivered in several frames at a time, for each participant. */
export const deliveriesMax = 20;

/**
 * Lots of which a participant's agent is asked for rungs at once, and then each second, so many and the rest of an order: about 50 kB of requests, and 65 ms of
 * checking when they come. After a start every agent is asked for everything.
 */
export const ladderLotsAtOnceMax = 500;

/** Settled trades whose latency is kept for the statistics. */
export const latenciesMax = 4_096;

/** How deep brackets may stand in each other in a frame: an order's lots are at four. */
export const frameDepthMax = 8;

/** Sessions of addresses that may not trade, apart from the others, so that making up addresses pushes out nobody. */
export const guestSessionsMax = 1_000;

/** Sessions of one address: a terminal, an agent and a bot, each restarted a few times. */
export const sessionsPerAddressMax = 16;

/** HTTP requests of one kind from one address of the network at once, and a second in the long run: a neighbourhood that starts is a few a household. */
export const callsBurst = 1_000;
export const callsPerSecond = 100;

/** Requests of wallets to the chain from one address of the network at once, and a second in the long run: the busiest simulated neighbourhood, 200 households on one machine, asks 550 a second. */
export const chainCallsBurst = 5_000;
export const chainCallsPerSecond = 1_000;

/** API keys of one participant: a few programs, each with a spare. */
export const apiKeysMax = 16;

/** Lines of the file with the API keys, besides the keys themselves, after which it is written anew: a few hundred kilobytes. */
export const apiKeyLinesMax = 5_000;

/** Seconds in which a token has to be used for the first time, as the dialect says it; a session lasts longer. */
export const tokenSeconds = 900;

/** Accounts whose rates are remembered; the longest unused starts anew. */
export const accountsLimitedMax = 10_000;

/** Levels a side in an answer of `Depth`: when the asker names no number, and at most. */
export const depthDefault = 100;
export const depthMax = 500;

/** Levels a side of a book when a subscriber names no depth, as in the dialect. */
export const bookDepthDefault = 10;

/** Milliseconds after a start in which no renewal is asked for: an agent that lost its connection tries again after 0.25, 1, 2, 4 and 8 seconds. */
export const renewalGraceMs = 20_000;

/** Levels a side up to which a book is sent whole when a level comes or goes, for the sake of stock clients: what they ask for when they name no depth. */
export const wholeBookDepthMax = 10;

/** Of a recorded day, entries between two whose instants are kept to find an entry by its time: as many are read to find one, and a million keep 4,000. */
export const markEntries = 256;

/** Milliseconds of work on a recorded day between two chances for everything else: a key that is pressed meanwhile waits no longer. */
export const sliceMs = 8;

/** Orders or the like that are worked on in one go where somebody must not stop for all of them: a few milliseconds on a machine that is busy. */
export const sliceThings = 400;

/** Entries that are told as one while a day is played fast: a book that changed ten times in a frame is drawn once. */
export const batchEntries = 256;

/** Checkpoints of a recorded day; when there are more, every second one is let go and they come half as often. */
export const checkpointsMax = 64;

/** Bytes of all checkpoints of a recorded day together, packed: beside a core and a feed of as much again. */
export const checkpointBytesMax = 64_000_000;

/** Entries between two checkpoints at least: read again in a tenth of a second. */
export const checkpointEntries = 2_000;

/** Bytes of a checkpoint for each entry since the one before, packed: then taking it takes a fifth of the time that reading them does at most. */
export const checkpointEntryBytesMax = 96;

/** Entries before the aim of a jump back at which one more checkpoint is left, so that the next step back is a short one. */
export const nearEntries = 200;

/** Of such checkpoints, the newest. */
export const nearCheckpointsMax = 4;

/** Entries further on up to which whoever looks is told of each on the way; beyond, what is there at the end is told anew. */
export const followedEntriesMax = 200;

/** Stories of orders that are over, of one participant; the oldest are forgotten first. */
export const storiesKeptMax = 500;

/** Frames above a connection's rate that are still answered, at once and a second in the long run: a program that is somewhat too fast is told so, a flood is cut off. */
export const refusedFramesBurst = 1_000;
export const refusedFramesPerSecond = 50;

/** The same for all connections from one address: refusing costs about as much as the cheapest request. */
export const refusedSourceFramesBurst = 2_000;
export const refusedSourceFramesPerSecond = 500;
