/** From the bytes of a keyboard to the names of keys. No stream and no time in here: whoever reads says when a lone escape has waited enough. */
import { escapeSequenceMax } from '../limits.ts';
import { isPrintable } from '../text/printable.ts';

/**
 * A printable character stands for itself. Others: `enter tab shift-tab escape backspace delete up down left right pageup pagedown home end paste`
 * and `ctrl-a` to `ctrl-z`.
 */
export type Key = string;

const named: Readonly<Record<string, Key>> = {
  '[A': 'up',
  '[B': 'down',
  '[C': 'right',
  '[D': 'left',
  '[H': 'home',
  '[F': 'end',
  '[Z': 'shift-tab',
  '[1~': 'home',
  '[3~': 'delete',
  '[4~': 'end',
  '[5~': 'pageup',
  '[6~': 'pagedown',
  '[7~': 'home',
  '[8~': 'end',
  OA: 'up',
  OB: 'down',
  OC: 'right',
  OD: 'left',
  OH: 'home',
  OF: 'end',
};

const controls: Readonly<Record<string, Key>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\b': 'backspace',
};

/** Names of the keys that are no character and not held with Ctrl. */
export const keyNames: readonly Key[] = [
  ...new Set([...Object.values(controls), 'escape', ...Object.values(named)]),
];

const pasteBegin = '\u001b[200~';
const pasteEnd = '\u001b[201~';

export interface KeyDecoder {
  /** The keys that are complete with this text. A pasted text is one key `paste`: it can press nothing. */
  push(text: string): Key[];
  /** Whether an escape sequence may have begun. */
  readonly isWaiting: boolean;
  /** Nothing more came: what waits is taken for what it is. */
  flush(): Key[];
}

function plainKey(character: string): Key | undefined {
  const control = controls[character];
  if (control !== undefined) return control;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 1 && code <= 26) return `ctrl-${String.fromCharCode(code + 96)}`;
  return isPrintable(character) ? character : undefined;
}

/** The escape sequence at the start of `text`: empty when it is not whole yet, undefined when an escape stands alone. */
function sequenceOf(text: string): string | undefined {
  const match = /^\u001b(?:\[[0-?]*[ -/]*[@-~]|O[@-~])/.exec(text);
  if (match !== null) return match[0];
  return /^\u001b(?:\[[0-?]*[ -/]*|O)?$/.test(text) ? '' : undefined;
}

export function makeKeyDecoder(): KeyDecoder {
  let waiting = '';
  let pasting = false;

  function skipPaste(text: string): string | undefined {
    const end = text.indexOf(pasteEnd);
    if (end >= 0) {
      pasting = false;
      return text.slice(end + pasteEnd.length);
    }
    waiting = text.slice(-(pasteEnd.length - 1));
    return undefined;
  }

  function push(text: string): Key[] {
    const keys: Key[] = [];
    let rest = waiting + text;
    waiting = '';
    while (rest !== '') {
      if (pasting) {
        const after = skipPaste(rest);
        if (after === undefined) return keys;
        rest = after;
        continue;
      }
      if (!rest.startsWith('\u001b')) {
        const character = String.fromCodePoint(rest.codePointAt(0) ?? 0xfffd);
        const key = plainKey(character);
        if (key !== undefined) keys.push(key);
        rest = rest.slice(character.length);
        continue;
      }
      const sequence = sequenceOf(rest);
      if (sequence === '') {
        if (rest.length <= escapeSequenceMax) waiting = rest;
        return keys;
      }
      if (sequence === undefined) {
        keys.push('escape');
        rest = rest.slice(1);
        continue;
      }
      rest = rest.slice(sequence.length);
      if (sequence === pasteBegin) {
        pasting = true;
        keys.push('paste');
      } else {
        const key = named[sequence.slice(1)];
        if (key !== undefined) keys.push(key);
      }
    }
    return keys;
  }

  return {
    push,
    get isWaiting() {
      return waiting !== '' && !pasting;
    },
    flush() {
      if (waiting === '' || pasting) return [];
      // A lone escape is the key; the beginning of a sequence that never ended is nothing anybody pressed.
      const keys = waiting === '\u001b' ? ['escape'] : [];
      waiting = '';
      return keys;
    },
  };
}
