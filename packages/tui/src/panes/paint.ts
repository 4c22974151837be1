/** A row of text with its escape codes, ready for Ink. */
import type { Line, Span } from '../text/line.ts';
import type { Role, Theme } from '../theme.ts';

/** Roles that show on a blank too. */
const surfaces: ReadonlySet<Role> = new Set([
  'stale',
  'field',
  'buttonFocus',
  'cursor',
  'flash',
  'armed',
]);

/** A blank has no colour of its own: fewer codes, and fewer cells that differ. */
function roleOf({ text, role }: Span): Role {
  return text.trim() === '' && !surfaces.has(role) ? 'text' : role;
}

/** Paints the pieces, neighbours of one role together. */
export function paintLine({ spans, over }: Line, theme: Theme): string {
  let result = '';
  let text = '';
  let role: Role = 'text';
  for (const piece of spans) {
    const next = roleOf(piece);
    if (next !== role) {
      result += theme.paint(text, role, over);
      text = '';
      role = next;
    }
    text += piece.text;
  }
  return result + theme.paint(text, role, over);
}
