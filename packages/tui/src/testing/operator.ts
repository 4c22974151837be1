/** A made-up morning of an operator, for tests and pictures. */
import { timeText } from '@wattlot/client/frames';
import { toInstant } from '@wattlot/core';
import type { OperatorReading } from '../operator/operator.ts';
import { noonMs } from './market.ts';

/** So many seconds before the tests' noon. */
function before(seconds: number): string {
  const at = toInstant((noonMs - seconds * 1000) * 1000);
  if (at === undefined) throw new Error('no instant');
  return timeText(at);
}

const addressOf = (name: string): string => `1${name}${'x'.repeat(33)}`.slice(0, 34);

export const operatorReading: OperatorReading = {
  joins: [
    {
      participant: addressOf('RefusedHouse'),
      name: 'house-00',
      since: before(90_000),
      admitted: false,
      status: 'refused',
      reason: 'no house of that number',
    },
    {
      participant: addressOf('House12'),
      name: 'house-12',
      meter: addressOf('MeterOf12'),
      since: before(400),
      admitted: false,
      status: 'waiting',
    },
    {
      participant: addressOf('Hanbit301'),
      name: '한빛아파트 301호',
      since: before(61),
      admitted: false,
      status: 'waiting',
    },
    {
      participant: addressOf('House07'),
      name: 'house-07',
      meter: addressOf('NewMeterOf07'),
      since: before(12),
      admitted: true,
      status: 'waiting',
    },
  ],
  deposits: [
    {
      deposit: 'D1',
      participant: addressOf('House07'),
      name: 'house-07',
      amount: 100_000,
      reference: '',
      since: before(86_400),
      status: 'issued',
      txid: 'c4'.repeat(32),
    },
    {
      deposit: 'D2',
      participant: addressOf('House08'),
      name: 'house-08',
      amount: 5_000,
      reference: 'J. Kim',
      since: before(700),
      status: 'waiting',
    },
    {
      deposit: 'D3',
      participant: addressOf('House07'),
      name: 'house-07',
      amount: 1_250,
      reference: '',
      since: before(30),
      status: 'issuing',
    },
  ],
  participants: [
    {
      participant: addressOf('House07'),
      name: 'house-07',
      suspended: false,
      permissions: ['connect', 'send', 'receive'],
      meter: addressOf('MeterOf07'),
      meter_permissions: ['connect', 'send', 'issue'],
      live_orders: 3,
    },
    {
      participant: addressOf('House08'),
      name: 'house-08',
      suspended: true,
      permissions: ['connect', 'receive'],
      meter_permissions: [],
      live_orders: 0,
    },
    {
      participant: addressOf('House09'),
      name: 'house-09',
      suspended: false,
      permissions: ['connect', 'send', 'receive'],
      meter: addressOf('MeterOf09'),
      meter_permissions: ['connect', 'send'],
      live_orders: 1,
    },
  ],
  health: {
    trades: { requested: 2, submitted: 1, overdue: 1 },
    oldest: before(75),
    frozen_lots: 4,
    ledger_height: 813,
    block: 812,
    block_at: before(3),
    journal_head: 5210,
    journal_backlog: 0,
    markets: [{ symbol: 'KWH/ECOIN', phase: 'continuous', live_orders: 14 }],
    waiting: { joins: 3, deposits: 2 },
    at: before(0),
  },
};

/** An exchange on its first morning. */
export const emptyReading: OperatorReading = {
  joins: [],
  deposits: [],
  participants: [],
  health: {
    ...operatorReading.health,
    trades: { requested: 0, submitted: 0, overdue: 0 },
    frozen_lots: 0,
    ledger_height: 1,
    block: 1,
    journal_head: 3,
    markets: [{ symbol: 'KWH/ECOIN', phase: 'halted', live_orders: 0 }],
    waiting: { joins: 0, deposits: 0 },
  },
};
