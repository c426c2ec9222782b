import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const output = join(root, '../node_modules/.cache/parley-bench');

/**
 * Makes plain JavaScript of what is measured, as the product is plain JavaScript when it runs: a loader that compiles on the
 * fly would be in the profile. The output lies where the packages of the project are found.
 */
export function compileForNode(): string {
  rmSync(output, { recursive: true, force: true });
  for (const folder of ['load', 'reference']) {
    mkdirSync(join(output, folder), { recursive: true });
    for (const name of readdirSync(join(root, folder))) {
      const { outputText } = ts.transpileModule(readFileSync(join(root, folder, name), 'utf8'), {
        compilerOptions: {
          target: ts.ScriptTarget.ES2023,
          module: ts.ModuleKind.ESNext,
          verbatimModuleSyntax: true,
          rewriteRelativeImportExtensions: true,
        },
      });
      writeFileSync(join(output, folder, name.replace(/\.ts$/, '.js')), outputText);
    }
  }
  writeFileSync(join(output, 'package.json'), '{ "type": "module" }\n');
  return output;
}
