import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  /** As it came, byte for byte. */
  readonly raw: string;
  readonly id: string;
  readonly body: {
    readonly type: string;
    readonly timestamp: string;
    readonly data: { readonly roomId: string; readonly seq: number; readonly [field: string]: unknown };
  };
}

type Respond = (response: ServerResponse, received: Received) => void;

/** Another system, which writes down what it is told. */
export interface Consumer {
  readonly url: string;
  readonly received: Received[];
  /** Accepts, if not said otherwise. */
  respond: Respond;
  /** The first arrivals of the entries of a room, in the order in which they came. */
  firstSeqs(roomId: string): number[];
  close(): Promise<void>;
}

export async function startConsumer(): Promise<Consumer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let raw = '';
    request.on('data', (chunk: Buffer) => (raw += chunk.toString()));
    request.on('end', () => {
      const id = String(request.headers['webhook-id']);
      const one: Received = { headers: request.headers, raw, id, body: JSON.parse(raw) as Received['body'] };
      received.push(one);
      consumer.respond(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const consumer: Consumer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    respond: (response) => response.writeHead(204).end(),
    firstSeqs: (roomId) => {
      const seqs = received.filter(({ body }) => body.data.roomId === roomId).map(({ body }) => body.data.seq);
      return [...new Set(seqs)];
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return consumer;
}

/** As a consumer does it that uses the library. Throws when the signature is not good. */
export function verify({ headers, raw }: Received, secret: string): unknown {
  return new Webhook(secret).verify(raw, headers as Record<string, string>);
}
