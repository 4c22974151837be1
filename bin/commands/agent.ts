/** `wattlot agent`: a household's wallet agent without a terminal, so that its orders are signed and its trades settle while nobody looks. */
import { openParticipant } from '@wattlot/client';
import { asFailure } from '../failure.ts';
import { keyFileOf } from '../folders.ts';
import { stopSignal } from '../stop.ts';

export interface AgentOptions {
  readonly url: string;
  readonly data: string;
  readonly name: string;
  readonly key?: string;
}

export async function agent(options: AgentOptions): Promise<number> {
  const stop = stopSignal();
  const { url, data, name } = options;
  const say = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  try {
    const participant = await openParticipant({
      url,
      keyFile: options.key ?? keyFileOf(data, name),
      name,
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
    throw asFailure(error);
  }
}
