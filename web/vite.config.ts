import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const pathTo = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Where `npm run dev` has the server. */
const SERVER = 'http://localhost:4000';

export default defineConfig({
  root: pathTo('.'),
  resolve: { alias: { 'parley-chat/client': pathTo('../src/client/client.ts') } },
  build: {
    outDir: pathTo('../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // What comes as `data:` would need a hole in the policy of the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': SERVER, '/socket.io': { target: SERVER, ws: true } } },
});
