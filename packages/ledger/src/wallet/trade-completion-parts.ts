/** What is completed as one: the lots of a trade cut into ladders and single lots, each checked byte for byte against what was agreed. */
import type { Output } from '@wattlot/core';
import { fromHex, TransactionFormatError } from '../format/bytes.ts';
import { checkOffer } from '../format/offer-check.ts';
import type { CheckedOffer, ExpectedOffer, OfferFault } from '../format/offer-check.ts';
import { ladderGroups, ladderOffer } from '../format/offer.ts';
import type { Give, Rung, Want } from '../format/offer.ts';
import type { SignatureCache } from '../format/signature.ts';
import { outpointOf } from '../format/transaction.ts';
import type { Outpoint } from '../format/transaction.ts';

/** What was agreed, of every lot of the trade. */
export interface LotTerms {
  readonly give: Give;
  readonly want: Want;
  /** Hash of the public key of who made the offers. */
  readonly owner: Uint8Array;
  /** So that no signature is checked twice. */
  readonly cache: SignatureCache;
}

/** A lot whose output is unspent, as far as the chain has told. */
export interface UnspentLot {
  readonly lot: number;
  readonly output: Output;
  /** As the chain shows it. */
  readonly outputScript: Uint8Array;
  /** The unit offer: hexadecimal, not checked. */
  readonly offer: string;
  /** Not checked; undefined when there is none to be used. */
  readonly rung: Rung | undefined;
}

/** What one transaction settles. */
export interface Part {
  readonly lots: readonly UnspentLot[];
  readonly offer: CheckedOffer;
}

/** What is wrong with an offer, or with its text. */
export type LotFault = OfferFault | 'not-hex';

/** The parts, in the order of the lots, and what was wrong with lots and rungs. */
export interface Parts {
  readonly parts: readonly Part[];
  /** Lots of which nothing that was signed is good. */
  readonly bad: readonly { readonly lot: UnspentLot; readonly fault: LotFault }[];
  /** Rungs that were not used; their lots are in other parts or bad. */
  readonly rungs: readonly { readonly lot: number; readonly fault: LotFault }[];
}

/** Cuts lots into parts. A rung that is bad is passed over, and its lot goes by its unit offer, as those do whose rungs then lead nowhere. */
export function partsOf(lots: readonly UnspentLot[], terms: LotTerms): Parts {
  const rungs: Parts['rungs'][number][] = [];
  let left = withoutRepeats(lots);
  for (;;) {
    const parts: Part[] = [];
    const bad: Fault[] = [];
    const dropped = new Set<UnspentLot>();
    for (const group of ladderGroups(left, ({ rung }) => rung?.index)) {
      const checked = checkGroup(group, terms);
      if ('offer' in checked) parts.push(checked);
      else if (group.length === 1) bad.push(checked);
      else {
        dropped.add(checked.lot);
        rungs.push({ lot: checked.lot.lot, fault: checked.fault });
      }
    }
    if (dropped.size === 0) return { parts, bad, rungs };
    left = left.map((lot) => (dropped.has(lot) ? { ...lot, rung: undefined } : lot));
  }
}

/** The first lots of a part as a part of its own: a ladder of any length is one. @param count 1 to as many as it has. */
export function firstOf({ lots }: Part, count: number, terms: LotTerms): Part {
  const checked = checkLadder(lots.slice(0, count), terms);
  if ('offer' in checked) return checked;
  throw new Error('a part of a good ladder is not good');
}

/** Lots without their rungs: what they go by when their ladder was refused. */
export function withoutRungs(lots: readonly UnspentLot[]): readonly UnspentLot[] {
  return lots.map((lot) => ({ ...lot, rung: undefined }));
}

interface Fault {
  readonly lot: UnspentLot;
  readonly fault: LotFault;
}

/** A lot or output named again goes by its unit offer: the chain decides which of the two it takes. */
function withoutRepeats(lots: readonly UnspentLot[]): readonly UnspentLot[] {
  const seen = new Set<number | Output>();
  return lots.map((lot) => {
    const isRepeat = seen.has(lot.lot) || seen.has(lot.output);
    seen.add(lot.lot).add(lot.output);
    return isRepeat ? { ...lot, rung: undefined } : lot;
  });
}

function checkGroup(group: readonly UnspentLot[], terms: LotTerms): Part | Fault {
  const [lot] = group;
  if (!lot) throw new Error('a group without lots');
  return group.length === 1 ? checkUnit(lot, terms) : checkLadder(group, terms);
}

function checkUnit(lot: UnspentLot, terms: LotTerms): Part | Fault {
  const bytes = bytesOf(lot.offer);
  if (!bytes) return { lot, fault: 'not-hex' };
  const verdict = checkOffer(bytes, expectedOf(lot, terms));
  if (verdict.kind === 'bad') return { lot, fault: verdict.reason };
  return { lots: [lot], offer: verdict.offer };
}

/** Puts the offer together of what was agreed and of the rungs, so that nothing but a signature can be wrong with it. */
function checkLadder(lots: readonly UnspentLot[], terms: LotTerms): Part | Fault {
  const legs = lots.map(({ output, rung }) => ({
    output: outpointOf(output) ?? NOWHERE,
    owner: terms.owner,
    want: terms.want,
    script: rung?.script ?? NOTHING,
  }));
  const expected = lots.map((lot) => expectedOf(lot, terms));
  const verdict = checkOffer(ladderOffer(legs), expected);
  if (verdict.kind === 'good') return { lots, offer: verdict.offer };
  const lot = lots[verdict.leg];
  if (!lot) throw new Error('a fault in no leg');
  return { lot, fault: verdict.reason };
}

const NOTHING = new Uint8Array(0);

/** The name of no output. */
export const NOWHERE: Outpoint = { txid: '0'.repeat(64), vout: 0 };

function expectedOf({ output, outputScript }: UnspentLot, terms: LotTerms): ExpectedOffer {
  return { ...terms, output, outputScript };
}

/** The bytes of hexadecimal text. @returns undefined when it is none. */
export function bytesOf(hex: string): Uint8Array | undefined {
  try {
    return fromHex(hex);
  } catch (error) {
    if (error instanceof TransactionFormatError) return undefined;
    throw error;
  }
}
