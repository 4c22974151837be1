/** The command line: one program, a subcommand a process. Parses and checks; each command's work is in `commands/`. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ChainOptions } from './commands/chain.ts';
import type { PaperOptions } from './commands/paper.ts';
import type { JournalOptions } from './commands/journal.ts';
import type { ReplayOptions } from './commands/replay.ts';
import { dataFolder } from './folders.ts';
import { Failure } from './failure.ts';

/** Exit code of a usage error: an unknown flag, a bad value, a missing argument. */
const usageCode = 2;

function wholeBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

function numberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`expected a number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** A household's name becomes a file's name, and with `-roof` after it still a participant's. */
function householdName(text: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,26}$/i.test(text)) {
    throw new InvalidArgumentError('expected 1 to 27 letters, digits, - or _.');
  }
  return text;
}

function nameOption(): Option {
  return new Option(
    '--name <name>',
    "the household; its key is kept in the data folder's households",
  )
    .argParser(householdName)
    .default('house-00');
}

/** A time of the day or the number of an entry. */
function placeOfDay(text: string): string {
  if (!/^(?:\d{1,15}|(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)$/.test(text)) {
    throw new InvalidArgumentError('expected a time such as 14:05 or 14:05:30, or an entry.');
  }
  return text;
}

function exchangeUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new InvalidArgumentError('expected an address such as http://127.0.0.1:4280.');
  }
  return url.href.replace(/\/$/, '');
}

const defaultPort = 4280;

function portNamed(flag: string, what: string, port: number): Option {
  return new Option(flag, `${what}; 0 takes any free one`)
    .argParser(wholeBetween(0, 65_535))
    .default(port);
}

function portOption(): Option {
  return portNamed('--port <port>', 'the port to listen on', defaultPort);
}

function chainName(text: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,31}$/i.test(text)) {
    throw new InvalidArgumentError('expected 1 to 32 letters, digits, - or _.');
  }
  return text;
}

function notEmpty(text: string): string {
  if (text === '') throw new InvalidArgumentError('expected at least one character.');
  return text;
}

/** A colon would end it where it is sent. */
function rpcUser(text: string): string {
  if (!/^[^:]+$/.test(text)) throw new InvalidArgumentError('expected a name without a colon.');
  return text;
}

function dataOption(): Option {
  return new Option('--data <folder>', 'where everything is kept').default(
    dataFolder(),
    "wattlot in the user's data directory",
  );
}

function urlOption(): Option {
  return new Option('--url <url>', 'the exchange')
    .argParser(exchangeUrl)
    .default(`http://127.0.0.1:${defaultPort}`);
}

/** Checked where it is used: a message of the command line would repeat it, with the password. */
function nodeOption(what: string): Option {
  return new Option('--node <url>', `${what}: http://user:password@host:port`);
}

function assetOption(asset: 'energy' | 'ecoin'): Option {
  return new Option(`--${asset} <asset>`, `with --node: what ${asset} is called on its chain`)
    .argParser(chainName)
    .default(asset);
}

function neighbourhoodOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--households <n>', 'simulated households')
        .argParser(wholeBetween(1, 200))
        .default(20),
    )
    .addOption(
      new Option('--seed <n>', 'seed of the simulated day')
        .argParser(wholeBetween(0, 4_294_967_295))
        .default(1),
    )
    .addOption(
      new Option('--speed <factor>', 'market seconds a wall second')
        .argParser(numberBetween(0.1, 900))
        .default(60),
    )
    .option('--profiles <folder>', 'drive the households from CSV files (timestamp,watts)');
}

function terminalOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--theme <theme>',
        'colours (default: dark; blue and orange, which the colour-blind tell apart)',
      ).choices(['dark', 'light', 'mono', 'high-contrast']),
    )
    .option('--ascii', 'draw with ASCII characters only')
    .addOption(
      new Option('--lang <lang>', 'the language (default: what LANG asks for)').choices([
        'en',
        'ko',
      ]),
    )
    .option('--config <file>', 'settings (default: terminal.conf in the data folder)')
    .option('--keys <file>', 'other keys (default: keys.conf in the data folder)')
    .addOption(
      new Option(
        '--tariff <price>',
        'what your supplier takes, in ecoin per kWh: shows what each price saves',
      ).argParser(numberBetween(0, 10_000)),
    );
}

function journalCommands(root: Command, done: (code: number) => void): void {
  const journal = root
    .command('journal')
    .description("Look at an exchange's journal without the exchange; nothing is touched");
  const add = (name: string, description: string): Command =>
    journal
      .command(`${name} <folder>`)
      .description(`${description}; the folder is the data folder, or the journal itself`)
      .allowExcessArguments(false);
  add('verify', 'Prove it from the first entry to the last, replay it, and audit the outcome')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, options: JournalOptions) =>
      done(await (await import('./commands/journal.ts')).verify(folder, options)),
    );
  add('export', 'Write each entry as one JSON object a line').action(async (folder: string) =>
    done(await (await import('./commands/journal.ts')).exportEntries(folder)),
  );
  add('stats', 'Count what is in it')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, options: JournalOptions) =>
      done(await (await import('./commands/journal.ts')).stats(folder, options)),
    );
}

function program(done: (code: number) => void): Command {
  const root = new Command('wattlot')
    .description('An exchange for the electricity of one neighbourhood, and its terminal')
    .version('0.1.0')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`wattlot: ${text.replace(/^error: /, '')}`),
    })
    .showHelpAfterError('See --help for what there is.');

  const add = (name: string, description: string): Command =>
    root.command(name).description(description).allowExcessArguments(false);

  terminalOptions(
    neighbourhoodOptions(
      add('up', 'Start an exchange, a neighbourhood that trades on it, and the terminal')
        .addOption(dataOption())
        .addOption(portOption())
        .option('--headless', 'never open the terminal: print a line an event')
        .option('--json', 'print a JSON object an event (implies --headless)')
        .addOption(
          new Option(
            '--trades <n>',
            'end after this many trades have settled (implies --headless)',
          ).argParser(wholeBetween(1, 1_000_000)),
        ),
    ),
  ).action(async (options) => done(await (await import('./commands/up.ts')).up(options)));

  add('exchange', 'Run the exchange with its embedded chain, or on a MultiChain node')
    .addOption(dataOption())
    .addOption(portOption())
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--open', 'admit whoever asks and issue the ecoin they ask for (for a simulation)')
    .addOption(nodeOption("settle on the chain of a MultiChain node, an administrator's"))
    .addOption(
      new Option('--depth <n>', 'with --node: how many blocks deep is final, its own counted')
        .argParser(wholeBetween(1, 1000))
        .default(2),
    )
    .addOption(assetOption('energy'))
    .addOption(assetOption('ecoin'))
    .addOption(
      new Option(
        '--metrics-port <port>',
        'where /metrics and /health can be read, for who runs it (default: nowhere)',
      ).argParser(wholeBetween(0, 65_535)),
    )
    .option('--metrics-host <address>', 'the address for that', '127.0.0.1')
    .option('--log <file>', 'write its log there, in JSON lines (default: standard error)')
    .addOption(
      new Option('--log-level <level>', 'from the most talkative on')
        .choices(['trace', 'debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .option('--cancel-on-stop', 'cancel all orders when it is asked to stop (default: they stay)')
    .option('--limits <file>', 'its limits (default: exchange.conf in the data folder)')
    .option('--json', 'print a JSON object an event')
    .option('--quiet', 'print where it listens, and nothing of what the market does')
    .action(async (options) =>
      done(await (await import('./commands/exchange.ts')).exchange(options)),
    );

  terminalOptions(
    add('trade', 'Open the terminal of one household')
      .addOption(urlOption())
      .addOption(dataOption())
      .addOption(nameOption())
      .option('--key <file>', 'the key file, if it is elsewhere')
      .addOption(nodeOption('a MultiChain node that has the key instead'))
      .option('--readonly', 'watch the market without a key')
      .option(
        '--operator',
        "admit, issue and watch settlement, with the operator's key (in the exchange's data, or by --key or --node)",
      )
      .option('--meter <address>', 'who issues your energy: an address, or own for a key of yours')
      .option('--replay <folder>', 'look at a recorded day: the data folder, or the journal itself')
      .option('--as <who>', 'with --replay: whose orders are shown, by name or address')
      .addOption(
        new Option(
          '--speed <factor>',
          'with --replay: seconds of the day a second (default: 1)',
        ).argParser(numberBetween(0.1, 10_000)),
      )
      .addOption(
        new Option(
          '--from <place>',
          'with --replay: where to begin, HH:MM[:SS] or an entry',
        ).argParser(placeOfDay),
      )
      .addOption(
        new Option(
          '--to <place>',
          'with --once and --follow of a --replay: where to end',
        ).argParser(placeOfDay),
      )
      .option('--once', 'print the market as a table and end')
      .option('--follow', 'print a line an event')
      .option('--json', 'print JSON (with --once or --follow)'),
  ).action(async (options) => done(await (await import('./commands/trade.ts')).trade(options)));

  add('agent', "Run a household's wallet agent without a terminal: it signs offers and settlements")
    .addOption(urlOption())
    .addOption(dataOption())
    .addOption(nameOption())
    .option('--key <file>', 'the key file, if it is elsewhere')
    .addOption(nodeOption('a MultiChain node that has the key instead'))
    .addOption(
      new Option(
        '--allow <allowance>',
        "sign also for orders placed elsewhere, such as by an API key: 'sell >= 100, buy <= 200, 50 lots'; once for each market",
      )
        .argParser((text, before: readonly string[]) => [...before, text])
        .default([], 'none'),
    )
    .action(async (options) => done(await (await import('./commands/agent.ts')).agent(options)));

  neighbourhoodOptions(
    add('sim', 'Run a simulated neighbourhood against an exchange')
      .addOption(urlOption())
      .addOption(dataOption())
      .addOption(
        new Option(
          '--endow <name>',
          'first give this household energy and ecoin to start with',
        ).argParser(householdName),
      )
      .option('--json', 'print a JSON object an event'),
  ).action(async (options) => done(await (await import('./commands/sim.ts')).sim(options)));

  add('replay', "Replay order flow in LOBSTER's format through the core, and compare the books")
    .requiredOption('--messages <file>', 'the messages, a line each')
    .option('--orderbook <file>', 'the book after each message; without it nothing is compared')
    .option('--json', 'print one JSON object', false)
    .action(async (options: ReplayOptions) =>
      done(await (await import('./commands/replay.ts')).replay(options)),
    );
  journalCommands(root, done);
  add('chain', "Run an embedded chain by itself, or a node on one, behind MultiChain's JSON-RPC")
    .addOption(dataOption())
    .addOption(
      new Option('--chain <name>', 'the name of a chain that is made')
        .argParser(chainName)
        .default('wattlot'),
    )
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .addOption(portNamed('--port <port>', 'where wallets elsewhere reach the chain', 4281))
    .addOption(portNamed('--rpc-port <port>', 'where clients of MultiChain reach the node', 4282))
    .addOption(
      new Option('--rpc-user <user>', 'the user of the node').argParser(rpcUser).default('wattlot'),
    )
    .addOption(
      new Option(
        '--rpc-password <password>',
        'its password; else one is made and kept in a file',
      ).argParser(notEmpty),
    )
    .addOption(
      new Option('--block-ms <ms>', 'milliseconds between two blocks at least')
        .argParser(wholeBetween(1, 600_000))
        .default(20),
    )
    .addOption(
      new Option('--dialect <version>', 'whose answers the node gives')
        .choices(['1.0.9', '2.3'])
        .default('1.0.9'),
    )
    .addOption(
      new Option('--join <url>', 'be a node on the chain that runs there').argParser(exchangeUrl),
    )
    .addOption(nameOption())
    .option('--key <file>', 'with --join: the key file, if it is elsewhere')
    .action(async (options: ChainOptions) =>
      done(await (await import('./commands/chain.ts')).chain(options)),
    );
  add('paper', "Run the paper's scenario on an embedded chain, or on three MultiChain nodes")
    .option('--admin <url>', "the admin's node: http://user:password@host:port")
    .option('--producer <url>', "the producer's node")
    .option('--consumer <url>', "the consumer's node")
    .action(async (options: PaperOptions) =>
      done(await (await import('./commands/paper.ts')).paper(options)),
    );
  return root;
}

/** Runs one command. @returns the exit code: 0 well, 1 failed, 2 usage, 3 no connection. */
export async function run(args: readonly string[]): Promise<number> {
  let code = 0;
  try {
    await program((result) => {
      code = result;
    }).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageCode;
    if (error instanceof Failure) {
      process.stderr.write(`wattlot: ${error.message}\n`);
      return error.exitCode;
    }
    throw error;
  }
}
