import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A link that can be cut, between a node and what it depends on. */
export interface FaultProxy {
  readonly port: number;
  /** Ends what is connected and refuses what comes. */
  cut(): void;
  /** Keeps connections open and lets nothing through, either way: half open. */
  swallow(): void;
  heal(): void;
  close(): Promise<void>;
}

export async function faultProxy(target: { readonly host: string; readonly port: number }): Promise<FaultProxy> {
  let mode: 'open' | 'cut' | 'swallow' = 'open';
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    if (mode === 'cut') return void near.destroy();
    const far = connect(target);
    const pass = (from: Socket, to: Socket) => {
      sockets.add(from);
      from.on('data', (data) => mode === 'open' && to.write(data));
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    };
    pass(near, far);
    pass(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      mode = 'cut';
      destroyAll();
    },
    swallow: () => (mode = 'swallow'),
    heal: () => {
      // What was swallowed is missing in the middle of the streams, so they cannot go on.
      if (mode === 'swallow') destroyAll();
      mode = 'open';
    },
    close: async () => {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}
