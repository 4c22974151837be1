/** The panes in their places. Everything that is drawn comes as rows from the pure functions beside this file; Ink puts them where they belong. */
import { Box, Text } from 'ink';
import { memo, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { layoutOf } from '../fold/layout.ts';
import type { Box as Area, Layout } from '../fold/layout.ts';
import type { State } from '../fold/state.ts';
import type { Store } from '../shell/store.ts';
import type { Line } from '../text/line.ts';
import type { Theme } from '../theme.ts';
import { chartPane } from './chart.ts';
import { compactLines } from './compact.ts';
import { cribLine, messageLine } from './foot.ts';
import { balanceLine, statusLine } from './head.ts';
import { helpPane } from './help.ts';
import { ladderLines } from './ladder.ts';
import { logScreen } from './log.ts';
import { marketsScreen } from './markets.ts';
import { operatorScreen } from './operator.ts';
import { ordersScreen } from './orders-screen.ts';
import { ordersPane } from './orders.ts';
import { paintLine } from './paint.ts';
import { palettePane } from './palette.ts';
import { replayBar } from './replay-bar.ts';
import { tapePane } from './tape.ts';
import { ticketPane } from './ticket.ts';
import { walletScreen } from './wallet.ts';
import { whyPane } from './why.ts';

interface PaneProps {
  readonly lines: readonly Line[];
  readonly width: number;
  readonly theme: Theme;
}

const PaneText = memo(function PaneText({ text }: { readonly text: string }): ReactElement {
  return <Text wrap="truncate">{text}</Text>;
});

/** Rows of one width, one below the other: one text, so that Ink lays out a few boxes instead of a hundred. */
export function Pane({ lines, width, theme }: PaneProps): ReactElement {
  return (
    <Box width={width} height={lines.length} flexShrink={0}>
      <PaneText text={lines.map((one) => paintLine(one, theme)).join('\n')} />
    </Box>
  );
}

const Divider = memo(function Divider({
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
});

interface BodyProps {
  readonly state: State;
  readonly layout: Exclude<Layout, { readonly kind: 'compact' }>;
  readonly theme: Theme;
}

const questionRows = 5;

/** What fills the whole body: a list screen, or what lies over all panes; undefined on the ladder screen. */
function wholeLines(state: State, body: Area, { glyphs }: Theme): Line[] | undefined {
  const { overlay, screen } = state;
  if (overlay?.kind === 'help') return helpPane(state, body);
  if (overlay?.kind === 'palette') return palettePane(state, body, glyphs);
  if (overlay?.kind === 'why') return whyPane(state, body);
  if (screen === 'ladder') return undefined;
  const isAsked = overlay?.kind === 'quit' || overlay?.kind === 'leaving';
  const rows = isAsked ? questionRows : 0;
  const question = isAsked ? ticketPane(state, { width: body.width, height: rows }) : [];
  const box = { width: body.width, height: body.height - rows };
  switch (screen) {
    case 'markets':
      return [...question, ...marketsScreen(state, box, glyphs)];
    case 'orders':
      return [...question, ...ordersScreen(state, box, glyphs)];
    case 'wallet':
      return [...question, ...walletScreen(state, box, glyphs)];
    case 'log':
      return [...question, ...logScreen(state, box)];
    case 'operator':
      return [...question, ...operatorScreen(state, box, glyphs)];
  }
}

function Body({ state, layout, theme }: BodyProps): ReactElement {
  const { body, ladder, ticket, orders, tape, chart } = layout;
  const { glyphs } = theme;
  const whole = wholeLines(state, body, theme);
  if (whole !== undefined) return <Pane lines={whole} width={body.width} theme={theme} />;
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
  const right = [
    ...side,
    ...(chart.height === 0 ? [] : chartPane(state, chart)),
    ...(isThree ? [] : tapeLines),
  ];
  return (
    <Box>
      {ladderPane}
      <Divider height={body.height} theme={theme} />
      <Pane lines={right} width={ticket.width} theme={theme} />
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
  const { columns, rows, barRows } = state;
  const layout = layoutOf(columns, rows);
  if (layout.kind === 'compact') {
    return <Pane lines={compactLines(state)} width={columns} theme={theme} />;
  }
  const head = [statusLine(state, columns), balanceLine(state, columns, theme.glyphs)];
  const bar = replayBar(state, columns, theme.glyphs);
  const foot = [
    ...(bar === undefined || barRows === 0 ? [] : [bar]),
    messageLine(state, columns, theme.glyphs),
    cribLine(state, columns),
  ];
  return (
    <Box flexDirection="column" width={columns} height={rows + barRows}>
      <Pane lines={head} width={columns} theme={theme} />
      <Body state={state} layout={layout} theme={theme} />
      <Pane lines={foot} width={columns} theme={theme} />
    </Box>
  );
}
