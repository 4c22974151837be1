/** The panes in their places. Everything that is drawn comes as rows from the pure functions beside this file; Ink puts them where they belong. */
import { Box, Text } from 'ink';
import { memo, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { layoutOf } from '../layout.ts';
import type { Layout } from '../layout.ts';
import type { State } from '../state.ts';
import type { Store } from '../store.ts';
import type { Line } from '../text/line.ts';
import type { Theme } from '../theme.ts';
import { compactLines } from './compact.ts';
import { cribLine, messageLine } from './foot.ts';
import { balanceLine, statusLine } from './head.ts';
import { helpPane } from './help.ts';
import { ladderLines } from './ladder.ts';
import { ordersPane } from './orders.ts';
import { paintLine } from './paint.ts';
import { tapePane } from './tape.ts';
import { ticketPane } from './ticket.ts';

const Row = memo(function Row({ text }: { readonly text: string }): ReactElement {
  return <Text wrap="truncate">{text}</Text>;
});

interface PaneProps {
  readonly lines: readonly Line[];
  readonly width: number;
  readonly theme: Theme;
}

/** Rows of one width, one below the other. */
export function Pane({ lines, width, theme }: PaneProps): ReactElement {
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      {lines.map((one, index) => (
        <Row key={index} text={paintLine(one, theme)} />
      ))}
    </Box>
  );
}

function Divider({
  height,
  theme,
}: {
  readonly height: number;
  readonly theme: Theme;
}): ReactElement {
  const bar = theme.paint(theme.glyphs.divider, 'muted');
  return (
    <Box flexDirection="column" width={1} flexShrink={0}>
      <Text>{Array.from({ length: height }, () => bar).join('\n')}</Text>
    </Box>
  );
}

interface BodyProps {
  readonly state: State;
  readonly layout: Exclude<Layout, { readonly kind: 'compact' }>;
  readonly theme: Theme;
}

function Body({ state, layout, theme }: BodyProps): ReactElement {
  const { body, ladder, ticket, orders, tape } = layout;
  const { glyphs } = theme;
  if (state.overlay?.kind === 'help') {
    return <Pane lines={helpPane(state, body)} width={body.width} theme={theme} />;
  }
  const ladderPane = (
    <Pane lines={ladderLines(state, ladder, glyphs)} width={ladder.width} theme={theme} />
  );
  const showsTicket = state.ticket !== undefined || state.overlay !== undefined;
  const isToggled = layout.kind === 'toggled';
  const side = [
    ...(isToggled && !showsTicket ? [] : ticketPane(state, ticket)),
    ...(isToggled && showsTicket ? [] : ordersPane(state, orders, glyphs)),
  ];
  if (layout.kind === 'stacked' || isToggled) {
    return (
      <Box flexDirection="column">
        {ladderPane}
        <Pane lines={side} width={body.width} theme={theme} />
      </Box>
    );
  }
  const tapeLines = tapePane(state, tape);
  const isThree = layout.kind === 'three';
  return (
    <Box>
      {ladderPane}
      <Divider height={body.height} theme={theme} />
      <Pane lines={isThree ? side : [...side, ...tapeLines]} width={ticket.width} theme={theme} />
      {isThree && <Divider height={body.height} theme={theme} />}
      {isThree && <Pane lines={tapeLines} width={tape.width} theme={theme} />}
    </Box>
  );
}

export interface TerminalProps {
  readonly store: Store;
  readonly theme: Theme;
}

/** The whole screen, exactly as large as the window. */
export function Terminal({ store, theme }: TerminalProps): ReactElement {
  const state = useSyncExternalStore(store.subscribe, store.shown);
  const { columns, rows } = state;
  const layout = layoutOf(columns, rows);
  if (layout.kind === 'compact') {
    return <Pane lines={compactLines(state)} width={columns} theme={theme} />;
  }
  const head = [statusLine(state, columns), balanceLine(state, columns, theme.glyphs)];
  const foot = [messageLine(state, columns), cribLine(state, columns)];
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Pane lines={head} width={columns} theme={theme} />
      <Body state={state} layout={layout} theme={theme} />
      <Pane lines={foot} width={columns} theme={theme} />
    </Box>
  );
}
