import type { Socket } from 'socket.io-client';
import { expectTypeOf, it } from 'vitest';
import type { Ack, ClientToServerEvents, ServerToClientEvents } from '../../../src/contract/socket-types.ts';

type TypedSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

// Checked by the compiler; nothing here is ever called.
const client = (socket: TypedSocket): void => {
  socket.on('receive_message', (message) => {
    expectTypeOf(message.seq).toEqualTypeOf<number>();
    expectTypeOf(message.clientMessageId).toEqualTypeOf<string | undefined>();
  });
  socket.on('room_event', (event) => {
    if (event.type === 'member_joined') expectTypeOf(event.username).toEqualTypeOf<string>();
  });
  socket.emit('typing', { roomId: 'r', isTyping: true });
  socket.emit('send_message', { roomId: 'r', content: 'hi' }, (reply) => {
    if (reply.ok) expectTypeOf(reply.data.deduplicated).toEqualTypeOf<boolean>();
    else expectTypeOf(reply.error.retryAfterMs).toEqualTypeOf<number | undefined>();
  });
  // @ts-expect-error: there is no such event.
  socket.emit('sendMessage', { roomId: 'r', content: 'hi' });
  // @ts-expect-error: content is text.
  socket.emit('send_message', { roomId: 'r', content: 7 });
  // @ts-expect-error: the server sends no such event.
  socket.on('message', () => undefined);
};

it('types the sockets of a client by the contract', () => {
  expectTypeOf(client).toBeFunction();
  expectTypeOf<Parameters<ClientToServerEvents['leave_room']>[1]>().toEqualTypeOf<
    ((reply: Ack<{ roomId: string }>) => void) | undefined
  >();
});
