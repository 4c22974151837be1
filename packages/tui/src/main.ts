/** The bundle's entry: what `dist/trade.mjs` exports. */
export { runTrade } from './shell/trade.ts';
