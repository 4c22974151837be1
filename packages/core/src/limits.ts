/** Every limit of the core, with its reason. */

/** Live orders (pending or open) of one participant: what one household can use, and what bounds the state. */
export const openOrdersMax = 200;

/** Live whole orders of one participant. */
export const wholeOrdersMax = 8;

/**
 * Live whole orders on one side of a market. An incoming order may have to pass by all of them, and each command may make each of them trade, so
 * their number bounds what a command costs.
 */
export const wholeOrdersOfMarketMax = 64;

/**
 * Orders of one participant that are over whose placement is still answered when it is sent again. Counted for each participant, so that nobody can
 * push out the answers of somebody else. Live and unsettled orders always answer.
 */
export const answersMax = 1_000;

/** Lots in one order, whatever the market says: an order's lots are listed one by one. */
export const volumeMax = 1_000_000;

/** The longest timeout of a market: one day, in microseconds. Longer is a mistake of units. */
export const timeoutMax = 86_400_000_000;

/** The last instant an entry may have, so that every deadline is still a safe integer. */
export const instantMax: number = Number.MAX_SAFE_INTEGER - timeoutMax;

/** Characters of a participant's name: what fits in a column. */
export const nameLengthMax = 32;

/** Characters of a client order id: those of a UUID. */
export const clientOrderIdLengthMax = 36;

/** Characters of one lot's signed offer, in hexadecimal: a transaction of a few inputs and outputs is below 2 KiB. */
export const offerLengthMax = 16_384;

/** Characters of the reason with which an agent declines. */
export const reasonLengthMax = 200;
