import { expect, test } from 'vitest';
import { indexOf, numbersOf, OrderPages, shown } from './order-pages.ts';

/** Shows an order as the past does, with a number of its own to be known by. */
function show(pages: OrderPages, number: number): void {
  const page = pages.show(number, 1, 2);
  page.facts[indexOf(number)] = shown;
  page.numbers[numbersOf(number)] = number;
}

test('orders are told by number in their order, also those whose numbers need more than 32 bits', () => {
  const pages = new OrderPages();
  const numbers = [3, 4, 260, 2 ** 32 + 3, 2 ** 40 + 260];
  for (const number of numbers) show(pages, number);
  expect([...pages.shown()].flat()).toEqual(numbers);
  for (const number of numbers) {
    expect(pages.of(number).numbers[numbersOf(number)]).toBe(number);
  }
  pages.forget(3);
  pages.forget(2 ** 32 + 3);
  expect([...pages.shown()].flat()).toEqual([4, 260, 2 ** 40 + 260]);
});

test('a page that is used again knows nothing of those before', () => {
  const pages = new OrderPages();
  for (let number = 1; number <= 600; number += 1) show(pages, number);
  for (let number = 1; number <= 600; number += 1) pages.forget(number);
  expect([...pages.shown()]).toEqual([]);
  show(pages, 1_000);
  expect([...pages.shown()].flat()).toEqual([1_000]);
  expect(pages.of(1_001).facts[indexOf(1_001)]).toBe(0);
});
