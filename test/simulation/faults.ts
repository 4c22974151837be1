/** Faults that the real parts must not have. Each can be put in to see whether the simulation finds it. */
export const plantedFaults = [
  'the journal acknowledges before it has synced',
  'the disk forgets a commit that it had synced',
  'the feed drops an update',
  'the feed drops a trade',
  'an answer is lost',
  'a cancel is acknowledged and not carried out',
  'the ledger tells a block twice',
  'the ledger hides a settlement',
  'a snapshot holds another state',
  'deadlines do not fall',
  'no agent settles',
] as const;

/** One of them. */
export type PlantedFault = (typeof plantedFaults)[number];
