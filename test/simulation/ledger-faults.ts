/** The exchange's ledger with one of the planted faults. */
import type { FinalBlock, OpenLedger } from '../../packages/exchange/src/ledger-port.ts';
import type { PlantedFault } from './faults.ts';

/** The ledger as it is, or with the fault. */
export function withLedgerFaults(ledger: OpenLedger, fault: PlantedFault | undefined): OpenLedger {
  const retell = retellings[fault ?? ''];
  if (retell === undefined) return ledger;
  const { port } = ledger;
  // The port has properties that are worked out when they are asked for.
  const faulty: OpenLedger['port'] = Object.assign(Object.create(port), {
    follow: (
      from: number,
      take: (block: FinalBlock) => void,
      failed: (error: unknown) => void,
    ): (() => void) => port.follow(from, (block) => retell(block).forEach(take), failed),
  });
  return { ...ledger, port: faulty };
}

const retellings: Readonly<Record<string, (block: FinalBlock) => readonly FinalBlock[]>> = {
  'the ledger tells a block twice': (block) => [block, block],
  'the ledger hides a settlement': (block) => {
    return [{ ...block, spends: block.height % 3 === 0 ? [] : block.spends }];
  },
};
