import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Messenger } from '../chat/messenger.ts';
import type { Room } from '../chat/model.ts';
import { SendIcon } from './icons.tsx';
import { useSecondsUntil } from './pending-row.tsx';

/** As many as the server takes. */
const CHARACTERS_MAX = 4_000;
const WARN_FROM = 3_600;

interface ComposerProps {
  readonly room: Room;
  readonly messenger: Messenger;
}

/** What was begun in each room, for as long as the page is there. */
const drafts = new Map<string, string>();

export function Composer({ room, messenger }: ComposerProps) {
  const [text, setText] = useState(drafts.get(room.id) ?? '');
  const area = useRef<HTMLTextAreaElement>(null);
  const length = [...text.trim()].length;
  const isTooLong = length > CHARACTERS_MAX;
  const isClosed = room.readOnly && room.role === 'member';

  useLayoutEffect(() => {
    // As high as its text, up to what the style allows.
    if (!area.current) return;
    area.current.style.height = 'auto';
    area.current.style.height = `${area.current.scrollHeight}px`;
  }, [text]);

  useEffect(() => {
    // Not where that would bring up a keyboard over what there is to read.
    if (matchMedia('(hover: hover)').matches && document.querySelector('dialog[open]') === null) area.current?.focus();
  }, []);

  const write = (value: string) => {
    setText(value);
    drafts.set(room.id, value);
    messenger.setTyping(room.id, value.trim() !== '');
  };
  const send = () => {
    area.current?.focus();
    if (length === 0 || isTooLong) return;
    messenger.send(room.id, text.trim());
    drafts.delete(room.id);
    setText('');
  };
  const pressed = (event: KeyboardEvent) => {
    // While a word is being composed, Enter chooses it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };

  if (isClosed) return <p class="composer-closed">Only admins write in this room.</p>;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <LimitNote room={room} />
      <div class={isTooLong ? 'composer-box is-too-long' : 'composer-box'}>
        <textarea
          ref={area}
          rows={1}
          value={text}
          aria-label={`Message to ${room.name}`}
          aria-describedby="composer-hint"
          aria-invalid={isTooLong ? 'true' : undefined}
          placeholder="Write a message"
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={pressed}
          onBlur={() => messenger.setTyping(room.id, false)}
        />
        {length >= WARN_FROM && (
          <span class="composer-count" role="status">
            {CHARACTERS_MAX - length}
            <span class="unseen"> characters left</span>
          </span>
        )}
        <button type="submit" class="send-button" aria-label="Send" disabled={length === 0 || isTooLong}>
          <SendIcon />
        </button>
      </div>
      <p id="composer-hint" class="composer-hint">
        <kbd>Enter</kbd> sends, <kbd>Shift</kbd> + <kbd>Enter</kbd> breaks the line
      </p>
    </form>
  );
}

/** Why a message waits. The region is always there; the seconds, which change, are not read out again and again. */
function LimitNote({ room }: { readonly room: Room }) {
  const waiting = room.pending.find(({ status }) => status === 'waiting');
  const seconds = useSecondsUntil(waiting?.againAtMs);
  const isLimit = waiting?.error?.code === 'RATE_LIMITED';
  return (
    <div class={waiting ? 'limit-note is-shown' : 'limit-note'}>
      <span role="status">
        {waiting &&
          (isLimit
            ? 'That was fast for this room. Nothing is lost: the rest is sent by itself.'
            : 'The server is busy. Nothing is lost: your message is sent by itself.')}
      </span>
      {waiting && seconds > 0 && <span aria-hidden="true">{seconds} s</span>}
    </div>
  );
}
