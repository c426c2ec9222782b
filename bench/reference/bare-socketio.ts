import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

/** The reference for fan-out and for memory: Socket.IO as it comes. No database, no authentication, no rules. */

interface SendPayload {
  readonly roomId: string;
  readonly content: string;
  readonly clientMessageId?: string;
}

type Ack = (reply: object) => void;

const http = createServer((_request, response) => void response.end('{"ok":true}'));
const io = new Server(http, { cors: { origin: '*' } });
// As long as the product's ids, so that the frames have the same size.
const sender = '01890000-0000-7000-8000-000000000000';
const heads = new Map<string, number>();

io.on('connection', (socket) => {
  socket.on('join_room', ({ roomId }: { roomId: string }, ack?: Ack) => {
    void socket.join(roomId);
    ack?.({ ok: true, data: {} });
  });
  socket.on('send_message', ({ roomId, content, clientMessageId }: SendPayload, ack?: Ack) => {
    const seq = (heads.get(roomId) ?? 0) + 1;
    heads.set(roomId, seq);
    const id = `01890000-0000-7000-8000-${String(seq).padStart(12, '0')}`;
    const createdAt = new Date().toISOString();
    io.to(roomId).emit('receive_message', { id, roomId, seq, userId: sender, content, clientMessageId, createdAt });
    ack?.({ ok: true, data: { id, seq, createdAt, deduplicated: false } });
  });
});

http.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  console.log(`bare Socket.IO on ${(http.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => process.exit(0));
