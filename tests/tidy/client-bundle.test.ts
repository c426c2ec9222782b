import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const GZIPPED_MAX = 26 * 1_024;

const bundle = (contents: string) =>
  build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    ...{ bundle: true, minify: true, write: false, metafile: true },
    ...{ format: 'esm', platform: 'browser', target: 'es2022', logLevel: 'silent' },
  });

it('the client for a browser, Socket.IO included, is small, and has nothing in it that it need not have', async () => {
  const { outputFiles, metafile } = await bundle("export * from './src/client/client.ts';");
  expect(gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).byteLength).toBeLessThanOrEqual(GZIPPED_MAX);
  const folders = Object.keys(metafile.inputs).map(
    (path) => /^(src\/\w+|node_modules\/(@[^/]+\/)?[^/]+)/.exec(path)?.[0],
  );
  expect([...new Set(folders)].filter(Boolean).sort()).toEqual([
    'node_modules/@socket.io/component-emitter',
    'node_modules/engine.io-client',
    'node_modules/engine.io-parser',
    'node_modules/socket.io-client',
    'node_modules/socket.io-parser',
    'src/client',
  ]);
});

it('whoever uses only the error of the client does not pay for the rest of it', async () => {
  const { outputFiles } = await bundle("export { ChatError } from './src/client/client.ts';");
  expect(outputFiles[0]?.text).toContain('ChatError');
  expect(outputFiles[0]?.text).not.toContain('send_message');
});
