/**
 * For whoever bundles the terminal: Ink spends most of a frame in four functions of text. Each is kept as it is and wrapped: one joins simple frames
 * without taking them apart, three go line by line and remember their answers. Written for one version of Ink: another one must be
 * looked at first, so the build refuses it.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const inkVersion = '8.0.0';
const folder = dirname(fileURLToPath(import.meta.url));

const wrapped = [
  {
    file: /[/\\]ink[/\\]build[/\\]output\.js$/,
    exported: /^export default class Output /m,
    kept: 'class Output ',
    name: 'Output',
    wrapper: 'withJoinedRows',
    from: 'rows.ts',
  },
  {
    file: /[/\\]ink[/\\]build[/\\]sanitize-ansi\.js$/,
    exported: /^export default sanitizeAnsi;/m,
    kept: '',
    name: 'sanitizeAnsi',
    wrapper: 'withCleanLines',
    from: 'by-line.ts',
  },
  {
    file: /[/\\]ink[/\\]build[/\\]measure-text\.js$/,
    exported: /^export default measureText;/m,
    kept: '',
    name: 'measureText',
    wrapper: 'withMeasuredLines',
    from: 'by-line.ts',
  },
  {
    file: /[/\\]widest-line[/\\]index\.js$/,
    exported: /^export default function widestLine/m,
    kept: 'function widestLine',
    name: 'widestLine',
    wrapper: 'withKnownWidths',
    from: 'by-line.ts',
  },
];

/** A plugin for esbuild. */
export function wrapInk() {
  return {
    name: 'wrap-ink',
    setup(bundler) {
      const ink = dirname(dirname(fileURLToPath(import.meta.resolve('ink'))));
      const { version } = JSON.parse(readFileSync(join(ink, 'package.json'), 'utf8'));
      if (version !== inkVersion) throw new Error(`made for ink ${inkVersion}, found ${version}`);
      for (const { file, exported, kept, name, wrapper, from } of wrapped) {
        bundler.onLoad({ filter: file }, ({ path }) => {
          const source = readFileSync(path, 'utf8');
          if (!exported.test(source)) throw new Error(`${path} is not what it was`);
          const wrapperFile = JSON.stringify(join(folder, 'src', 'ink', from));
          const head = `import { ${wrapper} } from ${wrapperFile};`;
          const foot = `export default ${wrapper}(${name});`;
          return {
            contents: [head, source.replace(exported, kept), foot, ''].join('\n'),
            loader: 'js',
          };
        });
      }
    },
  };
}
