/** The one thing besides cells that the terminal is asked for: to take a text into its clipboard. */
import { printable } from '../text/printable.ts';

/** The request (OSC 52) with the text in base64, made printable: nothing in it can end the sequence or begin another. */
export function copySequence(text: string): string {
  return `\u001b]52;c;${Buffer.from(printable(text)).toString('base64')}\u0007`;
}
