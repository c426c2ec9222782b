import type { Message } from 'parley-chat/client';
import { useEffect, useState } from 'preact/hooks';
import { textOf } from '../chat/entries.ts';
import type { Messenger } from '../chat/messenger.ts';

const PAUSE_MS = 1_000;

/** Reads new messages out, at most once a second: many at a time become their number. */
export function Announcer({ messenger }: { readonly messenger: Messenger }) {
  const [text, setText] = useState('');
  useEffect(() => {
    let waiting: Message[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = () => {
      timer = undefined;
      if (waiting.length === 0) return;
      setText(wordsFor(messenger, waiting));
      waiting = [];
      timer = setTimeout(say, PAUSE_MS);
    };
    const stop = messenger.onMessage((message) => {
      waiting.push(message);
      timer ??= setTimeout(say, 0);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [messenger]);
  return (
    <div class="unseen" aria-live="polite" data-testid="announcer">
      {text || null}
    </div>
  );
}

function wordsFor({ store }: Messenger, messages: readonly Message[]): string {
  const { openRoomId, people, rooms } = store.state;
  const [message] = messages;
  if (!message || messages.length > 1) return `${messages.length} new messages`;
  const { username } = people.get(message.userId) ?? { username: 'Somebody' };
  if (message.roomId === openRoomId) return `${username}: ${textOf(message)}`;
  return `New message in ${rooms.get(message.roomId)?.name ?? 'another room'}`;
}
