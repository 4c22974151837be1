/** Carries out what the fold asks of the world, and tells it what became of that. */
import type { ExchangeClient, Outcome } from '@wattlot/client';
import type { Effect } from '../fold/messages.ts';
import type { WalletRequest } from '../fold/state.ts';
import { operate, readOperator } from '../operator/connection.ts';
import type { OwnWallet } from '../wallet/wallet.ts';
import type { Opened } from './opened.ts';
import type { Store } from './store.ts';

/** What the wallet holds, told to the store; a chain that cannot be reached is a fault on its screen and nothing more. */
function readWallet(wallet: OwnWallet | undefined, store: Store): void {
  if (wallet === undefined) return;
  wallet.read().then(
    (summary) => {
      store.dispatch({ kind: 'wallet', summary });
    },
    (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      store.dispatch({ kind: 'wallet-fault', reason });
    },
  );
}

/** Carries out effects against whichever connection there is; before there is one they are refused. `also`: what concerns the window. */
export function makePerformer(
  store: () => Store,
  opened: () => Opened | undefined,
  also: { repaint(): void; leave(): void; copy(text: string): void },
): (effect: Effect) => void {
  const gone = { kind: 'no', error: 'not connected' } as const;
  const client = (): ExchangeClient | undefined => opened()?.client;
  const answer = (request: WalletRequest, outcome: Promise<Outcome<null>> | undefined): void => {
    void (outcome ?? Promise.resolve(gone)).then((told) => {
      store().dispatch({ kind: 'answered', request, outcome: told });
    });
  };
  return (effect) => {
    switch (effect.kind) {
      case 'place': {
        const { clientOrderId } = effect.wish;
        const placed = client()?.placeOrder(effect.wish) ?? Promise.resolve(gone);
        void placed.then((outcome) => {
          store().dispatch({ kind: 'placed', clientOrderId, outcome });
        });
        return;
      }
      case 'amend': {
        const { order, change } = effect;
        const amended = client()?.amendOrder(order, change) ?? Promise.resolve(gone);
        void amended.then((outcome) => {
          store().dispatch({ kind: 'amended', order, outcome });
        });
        return;
      }
      case 'cancel': {
        const { order } = effect;
        const cancelled = client()?.cancelOrder(order) ?? Promise.resolve(gone);
        void cancelled.then((outcome) => {
          store().dispatch({ kind: 'cancelled', order, outcome });
        });
        return;
      }
      case 'follow-queue':
        client()?.followQueue(effect.symbol);
        return;
      case 'read-wallet':
        readWallet(opened()?.wallet, store());
        void client()
          ?.ecoinRequests()
          .then((told) => {
            if (told.kind !== 'yes') return;
            store().dispatch({ kind: 'ecoin-requests', requests: told.value });
          });
        return;
      case 'request-ecoin':
        answer('ecoin', client()?.requestEcoin(effect.amount, effect.reference));
        return;
      case 'issue-energy':
        answer('energy', opened()?.wallet?.issueEnergy?.(effect.amount, effect.reference));
        return;
      case 'copy':
        also.copy(effect.text);
        return;
      case 'replay': {
        const source = opened()?.replay?.source;
        // What is not opened yet can only be given up.
        if (source !== undefined) source.command(effect.command);
        else if (effect.command.kind === 'stop') also.leave();
        return;
      }
      case 'tell-story': {
        const { order } = effect;
        const story = opened()?.replay?.source.story(order);
        store().dispatch({ kind: 'story', order, story });
        return;
      }
      case 'read-operator': {
        const operator = opened()?.operator;
        if (operator === undefined) return;
        void readOperator(operator).then((input) => {
          store().dispatch(input);
        });
        return;
      }
      case 'operate':
        void operate(opened()?.operator, effect).then((input) => {
          store().dispatch(input);
        });
        return;
      case 'repaint':
        also.repaint();
        return;
      case 'leave':
        also.leave();
    }
  };
}
