/** What a node holds in memory besides its wallet; a restart forgets it. */
import type { Address } from '@wattlot/core';
import type { AssetId } from '../format/element.ts';

/** A foreign address that is watched. */
export interface Watched {
  /** Outputs of this block and later ones count, waiting ones too. */
  readonly fromHeight: number;
}

/** See `NodeState.paused`. */
export type Pausable = 'mining';

/** The state of one node. */
export interface NodeState {
  /** What `pause` stopped. A wallet node mines nothing, so this shows in `getinfo` only. */
  readonly paused: Set<Pausable>;
  /** `importaddress`. */
  readonly watched: Map<Address, Watched>;
  /** `subscribe`. */
  readonly subscribed: Set<AssetId>;
}

/** A node that was just started. */
export function newNodeState(): NodeState {
  return { paused: new Set(), watched: new Map(), subscribed: new Set() };
}
