import { useMemo } from 'preact/hooks';
import type { Messenger } from '../chat/messenger.ts';
import { othersIn } from '../chat/receipts.ts';
import type { Room, State } from '../chat/model.ts';
import { DownIcon, LinkIcon } from './icons.tsx';
import { PendingRow } from './pending-row.tsx';
import { rowsOf } from './rows.ts';
import { TimelineRow } from './timeline-row.tsx';
import { useScroll } from './use-scroll.ts';

interface TimelineProps {
  readonly room: Room;
  readonly state: State;
  readonly messenger: Messenger;
  /** Null where the user may not invite. */
  readonly invite: (() => void) | null;
}

export function Timeline({ room, state, messenger, invite }: TimelineProps) {
  const { me, people } = state;
  const { entries, members, pending, dividerSeq, history } = room;
  const rows = useMemo(() => rowsOf(entries, me.id, dividerSeq), [entries, me.id, dividerSeq]);
  const others = useMemo(() => othersIn(room, me.id), [members, me.id]);
  const scroll = useScroll({
    rows,
    pendingCount: pending.length,
    me: me.id,
    seen: (seq) => messenger.seen(room.id, seq),
    nearTop: () => {
      if (history === 'more') void messenger.loadOlder(room.id);
    },
  });
  const list = useMemo(
    () => rows.map((row) => <TimelineRow key={row.entry.seq} row={row} people={people} others={others} me={me.id} />),
    [rows, people, others, me.id],
  );
  const isEmpty = history === 'whole' && entries.every((entry) => !('content' in entry)) && pending.length === 0;
  return (
    <div class="timeline-frame">
      <div
        class="timeline"
        ref={scroll.frame}
        onScroll={scroll.scrolled}
        tabIndex={0}
        role="group"
        aria-label={`Messages in ${room.name}`}
      >
        <div class="timeline-top">
          {(history === 'more' || history === 'failed') && (
            <button type="button" class="button button-small" onClick={() => void messenger.loadOlder(room.id)}>
              {history === 'failed' ? 'Try to load messages again' : 'Show earlier messages'}
            </button>
          )}
          {history === 'loading' && <p class="timeline-loading">Loading…</p>}
          {history === 'whole' && !isEmpty && <p class="timeline-start">This is where {room.name} begins.</p>}
        </div>
        {isEmpty && <EmptyRoom isAlone={others.length === 0} invite={invite} />}
        <ol class="entries" aria-label="Messages" ref={scroll.list}>
          {list}
          {pending.map((item, index) => (
            <PendingRow
              key={item.clientMessageId}
              item={item}
              isFirst={index === 0}
              messenger={messenger}
              connection={state.connection}
            />
          ))}
        </ol>
      </div>
      {!scroll.isAtEnd && (
        <button type="button" class="to-end" onClick={scroll.toEnd}>
          <DownIcon />
          {scroll.newCount > 0 ? `${scroll.newCount} new ${scroll.newCount === 1 ? 'message' : 'messages'}` : 'Latest'}
        </button>
      )}
    </div>
  );
}

function EmptyRoom({ isAlone, invite }: { readonly isAlone: boolean; readonly invite: (() => void) | null }) {
  return (
    <div class="empty-room">
      <p class="empty-room-title">{isAlone ? 'You are the first one here' : 'Nothing was said yet'}</p>
      <p>
        {isAlone
          ? 'Send the link of this room to somebody, and say hello.'
          : 'Say hello. Everybody in this room sees it.'}
      </p>
      {isAlone && invite && (
        <button type="button" class="button button-primary" onClick={invite}>
          <LinkIcon /> Invite somebody
        </button>
      )}
    </div>
  );
}
