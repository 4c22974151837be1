#!/usr/bin/env node
// Plain JavaScript that any Node understands: it finds a Node that runs the rest, which is bundled in dist/.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const oldest = [22, 15];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) {
  const bundle = new URL('../dist/cli.mjs', import.meta.url);
  if (!existsSync(bundle)) {
    process.stderr.write('wattlot: not built yet: run npm install here\n');
    process.exit(1);
  }
  // A start compiles what the last one compiled already: a third of its time.
  module.enableCompileCache(fileURLToPath(new URL('../dist/compiled', import.meta.url)));
  const { run } = await import(bundle.href);
  process.exitCode = await run(process.argv.slice(2));
} else {
  const own = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (!existsSync(own)) {
    process.stderr.write(
      `wattlot: Node ${oldest.join('.')} or newer is needed and this is ${process.versions.node}; run npm install here, or install a newer Node\n`,
    );
    process.exitCode = 1;
  } else {
    const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => child.kill(signal));
    }
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? (signal === null ? 1 : 128);
    });
  }
}
