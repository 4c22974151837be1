/**
 * Ink's functions of text, line by line: a pane is one text of many lines, and most of its lines were in the frame before. What is remembered is a line,
 * never a pane, so that the memory for it stays small.
 */
import { remembered } from './remembered.ts';
import { closedWidth, isClean } from './rows.ts';

/** Wraps what cleans each line by itself. Right for texts in which no escape sequence spans a line break, as here. */
export function withCleanLines(stock: (text: string) => string): (text: string) => string {
  const cleaned = remembered(stock);
  return (text) => {
    const lines = text.split('\n');
    return lines.every(isClean) ? text : lines.map(cleaned).join('\n');
  };
}

/** Wraps what tells the width of the widest line. Lines of plain text and closed styles are measured here, all others by Ink. */
export function withKnownWidths(stock: (text: string) => number): (text: string) => number {
  const width = (line: string): number => {
    const known = closedWidth(line);
    return known < 0 ? stock(line) : known;
  };
  return (text) => {
    if (!text.includes('\n')) return width(text);
    let widest = 0;
    for (const line of text.split('\n')) widest = Math.max(widest, width(line));
    return widest;
  };
}

/** Cells of a text. */
interface Measured {
  readonly width: number;
  readonly height: number;
}

/** Wraps what measures a text and keeps what it has measured: a line is measured here where that is easy, so that Ink keeps no panes. */
export function withMeasuredLines(stock: (text: string) => Measured): (text: string) => Measured {
  const measured = remembered(stock);
  const width = (line: string): number => {
    const known = closedWidth(line);
    return known < 0 ? measured(line).width : known;
  };
  return (text) => {
    if (text === '') return stock(text);
    const lines = text.split('\n');
    return {
      width: lines.reduce((widest, line) => Math.max(widest, width(line)), 0),
      height: lines.length,
    };
  };
}
