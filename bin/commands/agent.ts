/** `wattlot agent`: a household's wallet agent without a terminal, so that its orders are signed and its trades settle while nobody looks. */
import { AllowanceError, openParticipant, parseAllowance } from '@wattlot/client';
import type { Allowance } from '@wattlot/client';
import { asFailure, Failure } from '../failure.ts';
import { keyFileOf } from '../folders.ts';
import { asNodeFailure, nodeUrlOf } from '../node-option.ts';
import { stopSignal } from '../stop.ts';

export interface AgentOptions {
  readonly url: string;
  readonly data: string;
  readonly name: string;
  readonly key?: string;
  /** The node that has the keys, with user and password. */
  readonly node?: string;
  /** Orders placed elsewhere for which it signs too: each as `parseAllowance` reads it. */
  readonly allow: readonly string[];
}

/** @throws Failure of a usage error. */
function allowancesOf(texts: readonly string[]): readonly Allowance[] {
  try {
    return texts.map(parseAllowance);
  } catch (error) {
    if (!(error instanceof AllowanceError)) throw error;
    throw new Failure(`option '--allow': ${error.message}`, 2);
  }
}

export async function agent(options: AgentOptions): Promise<number> {
  const stop = stopSignal();
  const { url, data, name, node } = options;
  const allow = allowancesOf(options.allow);
  if (node !== undefined) nodeUrlOf('--node', node);
  const say = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  try {
    const participant = await openParticipant({
      url,
      keyFile: options.key ?? keyFileOf(data, name),
      name,
      ...(node === undefined ? {} : { node }),
      allow,
      onNote: (note) => say(JSON.stringify(note)),
    });
    say(`${name} signs as ${participant.wallet.address} at ${url}`);
    participant.client.listen((event) => {
      if (event.kind === 'connection')
        say(`${event.state}${event.reason ? `: ${event.reason}` : ''}`);
    });
    const code = await stop.asked;
    await participant.close();
    return code;
  } catch (error) {
    throw node === undefined ? asFailure(error) : asNodeFailure(error);
  }
}
