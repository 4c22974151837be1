/**
 * Bundles the whole program into dist/: a process starts three times faster and takes 50 MB less than one that strips types from hundreds of
 * files, and the terminal's JSX needs it anyway. Does nothing when no input has changed since. Runs on Node 20 too, as npm runs it while it installs.
 */
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wrapInk } from '../packages/tui/wrap-ink.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const output = join(root, 'dist');
const recordFile = join(output, 'inputs.json');
/** Built here and then put in place, so that a program that starts meanwhile finds a whole one. */
const fresh = join(root, `dist.${process.pid}`);

/** Sizes and times of files; undefined when one is missing. */
function stampOf(files) {
  const stamp = {};
  for (const file of files) {
    const stat = statSync(join(root, file), { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    stamp[file] = `${stat.size} ${stat.mtimeMs}`;
  }
  return stamp;
}

function isUpToDate() {
  try {
    const before = JSON.parse(readFileSync(recordFile, 'utf8'));
    return JSON.stringify(stampOf(Object.keys(before))) === JSON.stringify(before);
  } catch {
    return false;
  }
}

async function build() {
  const { build: bundle } = await import('esbuild');
  const { metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: {
      cli: 'bin/cli.ts',
      // A thread's code is a file of its own; it is looked for beside the one that starts it.
      worker: 'packages/exchange/src/journal/worker.ts',
    },
    outdir: fresh,
    outExtension: { '.js': '.mjs' },
    alias: { '@wattlot/tui/trade': './packages/tui/src/main.ts' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    jsx: 'automatic',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
    // Development React keeps a record of every render and grows without bound.
    define: { 'process.env.NODE_ENV': '"production"' },
    // Native code, and what Ink and ws load only when somebody installed it.
    external: ['secp256k1', 'react-devtools-core', 'bufferutil', 'utf-8-validate'],
    plugins: [wrapInk()],
    // CommonJS inside the bundle asks for `require`.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  const inputs = Object.keys(metafile.inputs).filter((file) => !file.startsWith('('));
  const stamp = stampOf([
    'bin/build.mjs',
    'packages/tui/wrap-ink.mjs',
    'package-lock.json',
    ...inputs,
  ]);
  writeFileSync(join(fresh, 'inputs.json'), JSON.stringify(stamp ?? {}));
  const old = `${fresh}.old`;
  if (existsSync(output)) renameSync(output, old);
  renameSync(fresh, output);
  rmSync(old, { recursive: true, force: true });
}

if (!isUpToDate()) {
  try {
    await build();
  } catch (error) {
    const isMissing = error?.code === 'ERR_MODULE_NOT_FOUND';
    process.stderr.write(
      `wattlot: not built: ${isMissing ? 'esbuild is missing, npm install brings it' : error.message}\n`,
    );
    process.exitCode = 1;
    rmSync(fresh, { recursive: true, force: true });
  }
}
