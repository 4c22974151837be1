/**
 * Draws the ladder's picture for documents from the picture that the tests compare: fixtures/screens/ladder.svg.
 *
 *   npm run picture -w @wattlot/tui
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { svgOf } from './svg.ts';

const screens = new URL('../../../../fixtures/screens/', import.meta.url);

const picture = readFileSync(new URL('120x40-ladder.txt', screens), 'utf8');
writeFileSync(new URL('ladder.svg', screens), svgOf(picture, 'dark'));
