/** A participant's program that does not do its part: it signs nothing, signs something else, claims what it has not done. Once no faults happen any more it is honest. */
import type { AgentLink } from '../../packages/client/src/connect.ts';
import type { TradingClient } from '../../packages/client/src/events.ts';
import type { PrivateRequest } from '../../packages/client/src/session-frames.ts';
import type { World } from './world.ts';

/** What an agent works with. */
interface AgentSide {
  readonly client: TradingClient;
  readonly link: AgentLink;
}

/** The same, with lies between the agent and its exchange. */
export function dishonest(world: World, { client, link }: AgentSide): AgentSide {
  const { chance } = world;
  const deaf: TradingClient = Object.assign(Object.create(client), {
    listen: (listener: Parameters<TradingClient['listen']>[0]) =>
      client.listen((event) => {
        if (event.kind === 'tasks' && !world.isCalm && chance.percent(30)) return;
        listener(event);
      }),
  });
  const lying: AgentLink = {
    ask: (request) => {
      if (world.isCalm || chance.percent(50)) return link.ask(request);
      // Nothing is sent, and the agent believes that it was.
      if (chance.percent(30)) return Promise.resolve({ kind: 'yes', value: null });
      return link.ask(distorted(world, request));
    },
  };
  return { client: deaf, link: lying };
}

/** The same for an agent that is never told of a settlement, which is a fault to be found. */
export function withoutSettlements({ client, link }: AgentSide): AgentSide {
  const deaf: TradingClient = Object.assign(Object.create(client), {
    listen: (listener: Parameters<TradingClient['listen']>[0]) =>
      client.listen((event) => {
        if (event.kind !== 'tasks') return listener(event);
        const tasks = event.tasks.filter(({ kind }) => kind !== 'settlement.requested');
        listener({ ...event, tasks });
      }),
  });
  return { client: deaf, link };
}

/** One digit of a hexadecimal text is another. */
function spoiled(world: World, hex: string): string {
  const at = world.chance.below(hex.length);
  const digit = hex[at] === '0' ? '1' : '0';
  return hex.slice(0, at) + digit + hex.slice(at + 1);
}

function distorted(world: World, request: PrivateRequest): PrivateRequest {
  const { chance } = world;
  switch (request.method) {
    case 'offers.delivered': {
      const { params } = request;
      const lots = params.lots.map((lot) => {
        if (chance.percent(60)) return lot;
        if (chance.percent(40)) {
          const offer = spoiled(world, lot.offer);
          world.spoiled.add(offer);
          return { ...lot, offer };
        }
        if (chance.percent(50)) return { ...lot, lot: lot.lot + 1 };
        const output = `${chance.bytes(32).toString('hex')}:0`;
        world.spoiled.add(output);
        return { ...lot, output };
      });
      return { ...request, params: { ...params, lots } };
    }
    case 'ladder.delivered': {
      const { params } = request;
      const rungs = params.rungs.map((rung) => {
        return chance.percent(50) ? rung : { ...rung, script: spoiled(world, rung.script) };
      });
      return { ...request, params: { ...params, rungs } };
    }
    case 'settlement.submitted': {
      const { params } = request;
      const lots = params.lots.map((lot) => ({ ...lot, txid: chance.bytes(32).toString('hex') }));
      return { ...request, params: { ...params, lots } };
    }
    default:
      return request;
  }
}
