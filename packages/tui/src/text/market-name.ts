/** A market's name where there is little room. */
import type { View } from '../fold/view.ts';
import { printable, widthOf } from './printable.ts';

/** Cells of the longest of these that a list gives to names: `KWH-0702-1515/ECOIN` has 19. */
const cellsMost = 32;

/** `KWH-0702-15/ECOIN`, or `KWH-0702-15` where both do not fit: markets are told apart by what is delivered. */
export function marketName(symbol: string, cellsMax: number): string {
  const whole = printable(symbol, cellsMax + 1);
  if (widthOf(whole) <= cellsMax) return whole;
  return printable(symbol.slice(0, symbol.lastIndexOf('/')), cellsMax);
}

/** Cells for the names of all markets and a blank: what the widest needs, within `least` and `least + spare`. */
export function nameColumns(
  { markets }: View,
  { least, spare }: { readonly least: number; readonly spare: number },
): number {
  const widths = [...markets.keys()].map((symbol) => widthOf(printable(symbol, cellsMost)));
  return Math.max(least, Math.min(least + Math.max(0, spare), 1 + Math.max(0, ...widths)));
}
