/** The bundle's entry: what `dist/trade.mjs` exports. */
export { runTrade } from './trade.ts';
