import { expect, test } from 'vitest';
import { Link, Network } from './network.ts';
import { World } from './world.ts';

test('what is held up on a connection arrives in the order in which it was sent', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const world = new World(seed);
    const arrived: number[] = [];
    const network = new Network(world, {
      sent: (_link, frame) => () => void arrived.push(Number(frame)),
      leaves: () => undefined,
      received: () => true,
    });
    const link = new Link(network, 1, 'house-0');
    link.stall(world.chance.between(1_900.1, 2_000));
    const sent = Array.from({ length: 40 }, (_, index) => index);
    for (const frame of sent) {
      // Where the sum of a time and the rest up to another is not always that other.
      const at = world.chance.between(520.1, 529.7) + frame * 10;
      world.after(at, () => link.down(String(frame)));
    }
    await world.run(10_000, () => undefined);
    expect(arrived).toEqual(sent);
  }
});
