/** Every limit and fixed figure of the simulated neighbourhood, with its reason. */

/** A settlement interval of the electricity market: a quarter of an hour, in microseconds. Meters and profiles count in it. */
export const intervalMicros = 900_000_000;

/** Households in one process: each holds a socket and a wallet; the target is below 120 MB for 20. */
export const householdsMax = 200;

/** Market seconds a wall second: below, nothing happens while one watches; above, an interval is over before an order can settle. */
export const speedMin = 0.1;
export const speedMax = 900;

/** Live orders of one household: what a person could follow, and what bounds the offers that its agent has to sign. */
export const ordersMax = 6;

/** Lots of one order: every resting lot is an output and a signature of its own. */
export const orderLotsMax = 30;

/** Lots of an order of somebody who has not traded yet in this run, so that the first book is there at once. */
export const firstOrderLotsMax = 6;

/** Lots that a household wants in one interval at most; a car that charges faster than this buys the rest from the grid. */
export const wantLotsMax = 40;

/** Lots that a household without a battery buys ahead of the next quarter-hours, patiently: what gives the bid side its depth. */
export const aheadLotsMax = 20;

/** Lots that a household has on offer at a time at most. */
export const offerLotsMax = 30;

/** What the grid pays for a kilowatt-hour and what it asks, in ecoin: nobody sells below the one or buys above the other. */
export const feedInEcoin = 80;
export const retailEcoin = 215;

/** A household asks the operator for ecoin when it has less than the first, and asks for the second: about a day's bill. */
export const ecoinLow = 600;
export const ecoinRequest = 2_000;

/** A household looks at the market again after this many wall milliseconds, drawn evenly: 20 of them make 5 to 10 events a second. */
export const turnMsMin = 1_000;
export const turnMsMax = 2_600;

/** The first turns come quicker, so that a market that has just opened has a book within two seconds. */
export const quickTurns = 4;
export const firstTurnMsMin = 100;
export const firstTurnMsMax = 400;

/** Between two tries to open a household whose exchange does not answer, in wall milliseconds. */
export const reopenMs = 1_000;

/** Households opened at the same time: enough to be quick, few enough to leave the exchange responsive. */
export const openingMax = 5;

/** Profile files of one folder, bytes of one, and rows of one: ten years of quarter-hours. */
export const profileFilesMax = 1_000;
export const profileBytesMax = 32 * 1024 * 1024;
export const profileRowsMax = 350_640;

/** Watts of a household: more than the connection of a single-family home carries is a mistake of units. */
export const loadWattsMax = 100_000;

/** Solar output in watts per installed watt: beyond this it is a mistake of units. */
export const solarPerUnitMax = 1.5;

/** Characters of somebody else's file that a message repeats. */
export const quotedLengthMax = 40;

/** Different lines of trouble that a neighbourhood passes on: the rest is in its counts. */
export const troublesMax = 100;

/** What the user's own household begins with: enough to sell for an evening and to buy for a day. */
export const ownEnergyKWh = 5;
export const ownEcoin = 1_000;
