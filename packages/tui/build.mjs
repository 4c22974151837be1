/** Bundles the developer's demo into dist/demo.mjs. The terminal itself is part of the program's bundle. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { wrapInk } from './wrap-ink.mjs';

await build({
  absWorkingDir: dirname(fileURLToPath(import.meta.url)),
  entryPoints: { demo: 'src/demo/main.ts' },
  outdir: 'dist',
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
  plugins: [wrapInk()],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
