/** What a key can mean. */
import type { Side } from '@wattlot/core';
import type { OperatorAction } from '../operator/operator.ts';
import type { ReplayCommand } from '../replay/replay.ts';
import type { Pane, Screen, WalletRequest } from '../fold/state.ts';

export type Action =
  | { readonly kind: 'move'; readonly by: number }
  | { readonly kind: 'page'; readonly direction: 1 | -1 }
  | { readonly kind: 'best'; readonly side: Side }
  | { readonly kind: 'recentre' }
  | { readonly kind: 'focus'; readonly pane: Pane | 'next' }
  | { readonly kind: 'size'; readonly by: number }
  | { readonly kind: 'open'; readonly side: Side; readonly at: 'cursor' | 'best' }
  | { readonly kind: 'type'; readonly character: string }
  | { readonly kind: 'erase' }
  | { readonly kind: 'field'; readonly by: 1 | -1 }
  | { readonly kind: 'step-price'; readonly by: number }
  | { readonly kind: 'amend' }
  | { readonly kind: 'order-kind' }
  | { readonly kind: 'until' }
  | { readonly kind: 'post-only' }
  | { readonly kind: 'confirm' }
  | { readonly kind: 'close' }
  | { readonly kind: 'cancel' }
  /** Stops what takes long. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'cancel-market' }
  | { readonly kind: 'cancel-all' }
  | { readonly kind: 'hide' }
  | { readonly kind: 'copy' }
  | { readonly kind: 'chart' }
  | { readonly kind: 'help' }
  | { readonly kind: 'filter'; readonly character: string }
  | { readonly kind: 'unfilter' }
  | { readonly kind: 'scroll'; readonly by: number }
  | { readonly kind: 'screen'; readonly screen: Screen }
  | { readonly kind: 'market'; readonly by: 1 | -1 }
  | { readonly kind: 'arm' }
  | { readonly kind: 'palette' }
  | { readonly kind: 'choose'; readonly by: 1 | -1 }
  | { readonly kind: 'run' }
  | { readonly kind: 'filter-list' }
  | { readonly kind: 'keep-filter' }
  | { readonly kind: 'ask-amount'; readonly request: WalletRequest }
  | { readonly kind: 'amount-field' }
  | { readonly kind: 'amount-confirm' }
  | { readonly kind: 'replay'; readonly command: ReplayCommand }
  | { readonly kind: 'ask-where' }
  | { readonly kind: 'go' }
  | { readonly kind: 'why' }
  | { readonly kind: 'operator'; readonly action: OperatorAction }
  | { readonly kind: 'repaint' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'quit-keep' }
  | { readonly kind: 'quit-cancel' };
