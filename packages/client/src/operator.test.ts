import { expect, test } from 'vitest';
import type { Outcome } from './events.ts';
import type { ParticipantStanding } from './frames/operator-api.ts';
import { participantPagesMax } from './limits.ts';
import { everyParticipant } from './operator.ts';
import type { OperatorConnection } from './operator.ts';

function standing(name: string): ParticipantStanding {
  return {
    participant: `address of ${name}`,
    name,
    suspended: false,
    permissions: [],
    meter_permissions: [],
    live_orders: 0,
  };
}

/** An exchange that answers so, and what it was asked. */
function answering(answer: (after: string | undefined) => Outcome<unknown>): {
  readonly operator: Pick<OperatorConnection, 'ask'>;
  readonly asked: unknown[];
} {
  const asked: unknown[] = [];
  const ask = (_name: string, body: { readonly after?: string }): Promise<Outcome<unknown>> => {
    asked.push(body);
    return Promise.resolve(answer(body.after));
  };
  return { operator: { ask: ask as OperatorConnection['ask'] }, asked };
}

test('all participants are asked for, page after page, and told by name', async () => {
  const { operator, asked } = answering((after) => {
    if (after === undefined) {
      return { kind: 'yes', value: { participants: [standing('c'), standing('a')], next: 'x' } };
    }
    return { kind: 'yes', value: { participants: [standing('b')] } };
  });
  expect(await everyParticipant(operator)).toEqual({
    kind: 'yes',
    value: ['a', 'b', 'c'].map(standing),
  });
  expect(asked).toEqual([{}, { after: 'x' }]);
});

test('half a list is no list', async () => {
  const unknown = { kind: 'unknown', reason: 'cannot reach it' } as const;
  const { operator } = answering((after) => {
    const first = { participants: [standing('a')], next: 'x' };
    return after === undefined ? { kind: 'yes', value: first } : unknown;
  });
  expect(await everyParticipant(operator)).toEqual(unknown);
});

test('an exchange that goes on for ever is not followed for ever', async () => {
  const { operator, asked } = answering(() => {
    return { kind: 'yes', value: { participants: [standing('a')], next: 'x' } };
  });
  expect(await everyParticipant(operator)).toMatchObject({ kind: 'unknown' });
  expect(asked).toHaveLength(participantPagesMax);
});
