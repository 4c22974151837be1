/** The palette: the commands of the screen below, found by what is typed. */
import { commandsOf } from '../keymap/commands.ts';
import type { Box } from '../fold/layout.ts';
import { withoutOverlay } from '../fold/state.ts';
import type { State } from '../fold/state.ts';
import { block, line, padEnd, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { t } from '../text/language.ts';
import type { Glyphs } from '../theme.ts';

const labelColumns = 12;

/** The pane, exactly as large as its box. */
export function palettePane(state: State, { width, height }: Box, glyphs: Glyphs): Line[] {
  const { overlay, language } = state;
  if (overlay?.kind !== 'palette') return block([], width, height);
  const commands = commandsOf(state);
  const below = withoutOverlay(state);
  const rows = height - 2;
  const first = Math.max(0, overlay.index - rows + 1);
  const lines = commands.slice(first, first + rows).map(({ label, help, disabled }, row): Line => {
    const isChosen = first + row === overlay.index;
    const reason = disabled?.(below);
    const spans = [
      span(` ${isChosen ? glyphs.cursor : ' '} `, 'focus'),
      span(padEnd(label, labelColumns), 'key'),
      span(t(language, help), reason === undefined ? 'text' : 'muted'),
      span(reason === undefined ? '' : `  (${reason})`, 'muted'),
    ];
    return isChosen ? { spans, over: 'cursor' } : { spans };
  });
  const none =
    commands.length > 0
      ? []
      : [line(span(`  ${t(language, 'no command has that name')}`, 'muted'))];
  return block(
    [
      line(
        span(` ${t(language, 'COMMANDS')}`, 'focus'),
        span(`  ${t(language, 'type to search:')} `, 'muted'),
        span(`${overlay.filter}_`, 'field'),
      ),
      ...none,
      ...lines,
    ],
    width,
    height,
  );
}
