/** Every bound of the terminal, and why it is what it is. */

/** Frames a second for what the exchange sends: faster than an eye follows, slow enough to leave a core free. Keys do not wait for it. */
export const feedFramesPerSecondMax = 15;

/** How long the first thing that the exchange sends waits for what comes with it: one change of a market is told in several messages (book, queue, trade, executions), and each would be a frame of its own. In milliseconds. */
export const feedGatherMs = 10;

/** Paints a second: what a terminal shows at most. */
export const paintsPerSecondMax = 60;

/** Below this a ladder, a ticket and an order no longer fit beside their status lines; one line says so instead. */
export const columnsMin = 60;
export const rowsMin = 16;

/** Resident memory from which it is saved, and until which: a terminal that follows a busy market stays below 150 MB. In megabytes. */
export const memorySaveFromMb = 135;
export const memorySaveUntilMb = 125;
/** How often it is looked at. In milliseconds. */
export const memoryLookMs = 2_000;

/** A frame is never larger: a window that claims more gets the rest blank. */
export const columnsMax = 500;
export const rowsMax = 200;

/** A limit so many times worse than the best price of the other side is pointed out in the ticket. */
export const farRatio = 1.5;

/** How much worse than the book a market order may trade: the exchange's own share for whoever names no price. */
export const protectionShare = 0.05;

/** Trades kept a market: more than any tape shows. */
export const tapeTradesMax = 500;

/** Own orders kept that are done; live ones are all kept. */
export const doneOrdersMax = 200;

/** Messages kept, newest last. */
export const noticesMax = 100;

/** Entries of the log screen: a day of one household's own news and an hour of a busy market's. */
export const logEntriesMax = 1000;

/** How long one-key trading stays armed, and the least time between two orders of it: a key that is held down repeats faster. In milliseconds. */
export const armedMs = 60_000;
export const armedIntervalMs = 300;

/** How long the price of a trade flashes, in milliseconds: two ticks of the clock at most. */
export const flashMs = 1_500;

/** While the wallet is looked at, it is read anew this often, in milliseconds: a block takes longer. */
export const walletReadMs = 2_000;

/** The operator's lists are read anew this often, in milliseconds: while they are looked at, and elsewhere, so that what is new is told. */
export const operatorReadMs = 2_000;
export const operatorAwayReadMs = 10_000;

/** Requests for ecoin on the wallet screen, the newest: more would push the outputs out of a small window. */
export const ecoinRequestsShownMax = 3;

/** Characters of the operator's reason: what the exchange takes. */
export const reasonCharactersMax = 100;

/** Outputs of the wallet that are listed one by one; what is beyond is counted only. */
export const walletOutputsMax = 500;

/** How long the message line shows good and plain news, and bad news, in milliseconds. */
export const noticeShownMs = 12_000;
export const badNoticeShownMs = 30_000;

/** Cells of one remote text: a reason or a name fits, a flood does not. */
export const remoteTextCellsMax = 160;

/** Characters that can be typed into a field of the ticket, and into a filter or a search. */
export const fieldCharactersMax = 9;
export const filterCharactersMax = 20;

/** Characters of a time of the day or of an entry's number. */
export const goCharactersMax = 15;

/** How long a lone escape byte waits for the rest of a sequence, in milliseconds: longer than a terminal takes, shorter than a person notices. */
export const escapeWaitMs = 25;

/** Bytes of one unfinished escape sequence; a longer one is dropped. */
export const escapeSequenceMax = 64;

/** Whoever quits and cancels waits at most this long for the answers, in milliseconds. */
export const cancelWaitMs = 3_000;

/** How long leaving waits for the connection to close, in milliseconds. */
export const closeWaitMs = 2_000;

/** The log file starts anew at this size, in bytes. */
export const logBytesMax = 1_000_000;

/** How long `--once` waits for the first whole picture, in milliseconds. */
export const onceWaitMs = 10_000;

/** Unchanged cells that are written again rather than jumped over: a jump costs 6 bytes and more. */
export const rewriteGapMax = 3;

/** Characters of which it is remembered how they are drawn: all of a screen, Korean syllables included, in some hundred kilobytes. */
export const glyphsMax = 4_096;

/** Changes of style that are remembered: all that the themes draw with, many times over. */
export const pensMax = 1_024;

/** What the wallet signs faster is not shown, in milliseconds: a bar that flickers tells nobody anything. */
export const signingShownAfterMs = 250;
