import { expectTypeOf, it } from 'vitest';
import type { Chat, Message, RoomEvent, Sent, Snapshot } from '../../../src/client/client.ts';

/** Never called: `npm run types` is what looks at it. */
async function use(chat: Chat): Promise<void> {
  chat.on('member_banned', ({ reason }) => expectTypeOf(reason).toEqualTypeOf<string | null>());
  chat.on('room_event', (event) => expectTypeOf(event).toEqualTypeOf<RoomEvent>());
  // @ts-expect-error there is no such event
  chat.on('nothing', () => undefined);
  for await (const named of chat.events('message', 'typing')) {
    if (named.type === 'typing') expectTypeOf(named.event.isTyping).toEqualTypeOf<boolean>();
    else expectTypeOf(named.event).toEqualTypeOf<Message>();
  }
  expectTypeOf(await chat.join({ roomId: '' })).toEqualTypeOf<Snapshot>();
  const outcome = await chat.send('', '').settled;
  if (outcome.ok) expectTypeOf(outcome.data).toEqualTypeOf<Sent>();
  else expectTypeOf(outcome.error.retryAfterMs).toEqualTypeOf<number | undefined>();
  const { room } = await chat.request('post /api/rooms', { body: { name: '' } });
  expectTypeOf(room.memberCount).toEqualTypeOf<number | undefined>();
  const params = { roomId: '' };
  await chat.request('get /api/rooms/{roomId}/messages', { params, query: { limit: 5, before: 3 } });
  await chat.request('get /api/rooms/mine', {});
  // @ts-expect-error its path has a parameter
  await chat.request('get /api/rooms/{roomId}', {});
  // @ts-expect-error a limit is a number here
  await chat.request('get /api/rooms/{roomId}/messages', { params, query: { limit: '5' } });
  // @ts-expect-error there is no such route
  await chat.request('get /api/nothing', {});
}

it('is typed by the contract', () => {
  expectTypeOf(use).toBeFunction();
});
