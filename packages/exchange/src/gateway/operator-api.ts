/**
 * The operator's functions. Who asks is checked first, and by the session alone: it is of the address that the ledger names as its operator, and of a login, not of an API
 * key. What changes the exchange goes through the sequencer; what is done on the ledger is done with the key that this process holds.
 */
import {
  gatewayErrors,
  operatorFunctions,
  participantsPageMax,
  refusalErrors,
} from '@wattlot/client/frames';
import type {
  OperatorBody,
  OperatorFunctionName,
  OperatorResult,
  ParticipantStanding,
} from '@wattlot/client/frames';
import { openTrades, ordersOf, participants } from '@wattlot/core';
import type { Address, Command, MarketTerms, State } from '@wattlot/core';
import { LedgerError, RpcError } from '@wattlot/ledger';
import type { FastifyRequest } from 'fastify';
import type { Admission } from '../admission.ts';
import type { Deposits } from '../deposits.ts';
import { ExchangeError, lineOf } from '../errors.ts';
import type { Feed } from '../feed/feed.ts';
import type { LedgerPort, MarketOperator } from '../ledger-port.ts';
import type { Requests } from '../requests.ts';
import type { Sequencer } from '../sequencer.ts';
import type { Health } from '../settlement-health.ts';
import { participantOf, Refused, requireAddress, requirePlain } from './calls.ts';
import type { AddCall } from './calls.ts';
import { openingOf } from './operator-markets.ts';
import type { Sessions } from './sessions.ts';

/** What the functions work with. */
export interface OperatorApiOptions {
  readonly state: State;
  readonly ledger: LedgerPort;
  readonly operator: MarketOperator;
  readonly sequencer: Sequencer;
  readonly feed: Feed;
  readonly sessions: Sessions;
  readonly admission: Admission;
  readonly deposits: Deposits;
  readonly requests: Requests;
  readonly settlementHealth: Health;
  /** Of the market that is opened at the first start, on this ledger: what other markets have that are opened without saying so. */
  readonly terms: MarketTerms;
}

type Functions = {
  readonly [Name in OperatorFunctionName]: (
    body: OperatorBody<Name>,
  ) => OperatorResult<Name> | Promise<OperatorResult<Name>>;
};

const done = { status: 'done' } as const;

/** Adds the functions. */
export function addOperatorApi(call: AddCall, options: OperatorApiOptions): void {
  const functions = functionsOf(options);
  for (const name of Object.keys(operatorFunctions) as OperatorFunctionName[]) {
    // Each takes what its own schema has checked.
    const work: (body: never) => unknown = functions[name];
    call(`/v1/${name}`, operatorFunctions[name].body, async (body, request) => {
      requireOperator(options, request);
      return askLedger(() => work(body as never));
    });
  }
}

/** @throws Refused unless the request is of a login with the operator's key. */
function requireOperator(
  { sessions, ledger }: Pick<OperatorApiOptions, 'sessions' | 'ledger'>,
  request: FastifyRequest,
): void {
  if (participantOf(sessions, request) === ledger.operator) return;
  throw new Refused(403, gatewayErrors.operatorOnly);
}

/** The operator is told what the ledger said: nobody else gets to hear it. */
async function askLedger(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RpcError) {
      throw new Refused(400, `${gatewayErrors.invalidArguments}:the ledger says: ${lineOf(error)}`);
    }
    if (error instanceof LedgerError || (error instanceof ExchangeError && error.retryable)) {
      throw new Refused(503, `${gatewayErrors.unavailable}:${lineOf(error)}`);
    }
    throw error;
  }
}

function functionsOf(options: OperatorApiOptions): Functions {
  const { ledger, admission, settlementHealth } = options;
  return {
    ...depositFunctions(options),
    ...permissionFunctions(options),
    list_join_requests: () => ({ requests: [...admission.list()] }),
    admit: async ({ participant }) => {
      if (!(await admission.admit(requireAddress(ledger, participant)))) throw unknownRequest();
      return done;
    },
    refuse_join: async ({ participant, reason }) => {
      requirePlain(reason, 'reason');
      const isThere = await admission.refuse(requireAddress(ledger, participant), reason);
      if (!isThere) throw unknownRequest();
      return done;
    },
    list_participants: (page) => standings(options, page),
    suspend: async ({ participant: text, suspended }) => {
      const participant = requireAddress(ledger, text);
      await submit(options, { kind: 'participant.suspend', participant, suspended });
      return done;
    },
    set_phase: async ({ symbol, phase }) => {
      const market = options.feed.market(symbol)?.instrument.symbol;
      if (market === undefined) throw new Refused(400, gatewayErrors.unknownSymbol);
      await submit(options, { kind: 'market.phase', market, phase });
      return done;
    },
    open_market: async (body) => {
      const opening = openingOf(options, body);
      if (opening !== undefined) await submit(options, opening);
      return done;
    },
    settlement_health: () => settlementHealth.read(),
  };
}

function depositFunctions({
  deposits,
}: OperatorApiOptions): Pick<Functions, 'list_deposits' | 'issue_ecoin' | 'refuse_deposit'> {
  return {
    list_deposits: () => ({ deposits: [...deposits.list()] }),
    issue_ecoin: async ({ deposit, amount }) => {
      const answer = await deposits.issue(numberOf(deposit), amount);
      if (!('no' in answer)) return answer;
      switch (answer.no) {
        case 'unknown':
          throw unknownRequest();
        case 'another amount':
          throw new Refused(400, gatewayErrors.amountDiffers);
        case 'refused':
          throw new Refused(400, gatewayErrors.alreadyDecided);
        case 'wait':
          throw new Refused(503, gatewayErrors.outcomeUnknown);
      }
    },
    refuse_deposit: async ({ deposit, reason }) => {
      const answer = await deposits.refuse(numberOf(deposit), requirePlain(reason, 'reason'));
      if (answer === 'unknown') throw unknownRequest();
      if (answer === 'decided') throw new Refused(400, gatewayErrors.alreadyDecided);
      return done;
    },
  };
}

function permissionFunctions(options: OperatorApiOptions): Pick<Functions, 'grant' | 'revoke'> {
  const { state, ledger, operator } = options;
  return {
    grant: async ({ address: text, permissions }) => {
      const { address } = requireKnown(options, text);
      await operator.grantTo(address, permissions);
      await ledger.untilKept();
      return done;
    },
    revoke: async ({ address: text, permissions }) => {
      const { address, isMeter } = requireKnown(options, text);
      // Offers on the book and trades that settle need them: without, lots of others would freeze.
      if (!isMeter && hasObligations(state, address)) {
        throw new Refused(403, gatewayErrors.needsSuspension);
      }
      await operator.revokeFrom(address, permissions);
      await ledger.untilKept();
      return done;
    },
  };
}

/** A participant, or the meter of one: nobody else is granted anything here, the operator itself least of all. */
function requireKnown(
  { ledger, feed, requests }: OperatorApiOptions,
  text: string,
): { readonly address: Address; readonly isMeter: boolean } {
  const address = requireAddress(ledger, text);
  if (feed.isAdmitted(address)) return { address, isMeter: false };
  for (const participant of feed.participants.keys()) {
    if (requests.meterOf(participant) === address) return { address, isMeter: true };
  }
  throw new Refused(400, refusalErrors.unknown_participant);
}

function hasObligations(state: State, participant: Address): boolean {
  if (ordersOf(state, participant).length > 0) return true;
  return openTrades(state).some(({ resting, incoming }) =>
    [resting, incoming].some((side) => side.participant === participant),
  );
}

async function standings(
  { state, operator, requests }: OperatorApiOptions,
  { after = '', count = participantsPageMax }: OperatorBody<'list_participants'>,
): Promise<OperatorResult<'list_participants'>> {
  // In the order of their addresses, so that whoever is let in meanwhile moves nobody to another page.
  const left = participants(state).filter(({ participant }) => participant > after);
  const page = left.slice(0, count);
  const meters = page.flatMap(({ participant }) => requests.meterOf(participant) ?? []);
  const addresses = [...page.map(({ participant }) => participant), ...meters] as Address[];
  const held = await operator.permissionsOf([...new Set(addresses)]);
  const standingsOf = page.map(({ participant, name, isSuspended }): ParticipantStanding => {
    const meter = requests.meterOf(participant);
    return {
      participant,
      name,
      suspended: isSuspended,
      permissions: [...(held.get(participant) ?? [])],
      ...(meter === undefined ? {} : { meter }),
      meter_permissions: meter === undefined ? [] : [...(held.get(meter as Address) ?? [])],
      live_orders: ordersOf(state, participant).length,
    };
  });
  const last = page.at(-1)?.participant;
  const isMore = last !== undefined && left.length > page.length;
  return { participants: standingsOf, ...(isMore ? { next: last } : {}) };
}

/** Puts a command in its place. Resolves when it is on disk. @throws Refused as the core refuses it. */
async function submit({ sequencer }: OperatorApiOptions, command: Command): Promise<void> {
  const { events } = await sequencer.submit(command);
  const refused = events.find((event) => event.kind === 'refused');
  if (refused !== undefined) throw new Refused(400, refusalErrors[refused.code]);
}

function numberOf(deposit: string): number {
  return Number(deposit.slice(1));
}

function unknownRequest(): Refused {
  return new Refused(400, gatewayErrors.unknownRequest);
}
