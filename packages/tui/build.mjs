/**
 * Bundles the developer's demo into dist/demo.mjs; with `--plain FOLDER` Ink's own drawing of the same panes into FOLDER/plain.mjs, without what the program's bundle
 * changes about Ink. The terminal itself is part of the program's bundle.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { wrapInk } from './wrap-ink.mjs';

const [flag, folder] = process.argv.slice(2);
const isPlain = flag === '--plain' && folder !== undefined;

await build({
  absWorkingDir: dirname(fileURLToPath(import.meta.url)),
  entryPoints: isPlain ? { plain: 'src/demo/plain.tsx' } : { demo: 'src/demo/main.ts' },
  outdir: isPlain ? folder : 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // What Ink loads only for its developers stays a file of its own, never read.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  jsx: 'automatic',
  logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"' },
  external: ['secp256k1', 'react-devtools-core', 'bufferutil', 'utf-8-validate'],
  plugins: isPlain ? [] : [wrapInk()],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
