/**
 * Bundles the terminal into dist/: Node cannot run JSX, and one file starts three times faster than hundreds.
 *
 *   node packages/tui/build.mjs          the terminal, dist/trade.mjs
 *   node packages/tui/build.mjs --demo   the developer's demo, dist/demo.mjs
 *
 * Does nothing when no input has changed since the last build. Runs on Node 20 too, as npm runs it while it installs.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const isDemo = process.argv.includes('--demo');
const name = isDemo ? 'demo' : 'trade';
const outputFolder = join(folder, 'dist', name);
const recordFile = join(outputFolder, 'inputs.json');

/** Sizes and times of the files of the last build; undefined when one is missing. */
function stampOf(files) {
  const stamp = {};
  for (const file of files) {
    const stat = statSync(join(folder, file), { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    stamp[file] = `${stat.size} ${stat.mtimeMs}`;
  }
  return stamp;
}

function isUpToDate() {
  try {
    const before = JSON.parse(readFileSync(recordFile, 'utf8'));
    const now = stampOf(Object.keys(before));
    return now !== undefined && JSON.stringify(now) === JSON.stringify(before);
  } catch {
    return false;
  }
}

async function build() {
  const { build: bundle } = await import('esbuild');
  rmSync(outputFolder, { recursive: true, force: true });
  const { metafile } = await bundle({
    absWorkingDir: folder,
    entryPoints: { [name]: isDemo ? 'src/demo/main.ts' : 'src/main.ts' },
    outdir: outputFolder,
    outExtension: { '.js': '.mjs' },
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
    // CommonJS inside the bundle asks for `require`.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  const inputs = Object.keys(metafile.inputs).filter((file) => !file.startsWith('('));
  const own = relative(folder, fileURLToPath(import.meta.url));
  writeFileSync(recordFile, JSON.stringify(stampOf([own, ...inputs]) ?? {}));
}

if (!isUpToDate()) {
  try {
    await build();
  } catch (error) {
    const what =
      error?.code === 'ERR_MODULE_NOT_FOUND'
        ? 'esbuild is missing: npm install brings it'
        : error.message;
    console.error(`The terminal was not built: ${what}`);
    process.exit(1);
  }
}
