import { useState } from 'preact/hooks';
import type { Messenger } from '../chat/messenger.ts';
import type { Room, State } from '../chat/model.ts';
import { Composer } from './composer.tsx';
import { BackIcon, LinkIcon, PeopleIcon } from './icons.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { MembersPanel } from './members-panel.tsx';
import { Timeline } from './timeline.tsx';
import { lastSeenOf } from './times.ts';
import { roomAddress } from './use-address.ts';

interface ConversationProps {
  readonly room: Room;
  readonly state: State;
  readonly messenger: Messenger;
}

export function Conversation({ room, state, messenger }: ConversationProps) {
  const [dialog, setDialog] = useState<'invite' | null>(null);
  const [showsMembers, setShowsMembers] = useState(() => matchMedia('(min-width: 1100px)').matches);
  const mayInvite = room.role !== 'member';
  return (
    <section class={showsMembers ? 'conversation with-members' : 'conversation'} aria-label={room.name}>
      <header class="conversation-head">
        <a class="icon-button back" href={roomAddress(null)} aria-label="Back to all rooms">
          <BackIcon />
        </a>
        <div class="conversation-title">
          <h2>{room.name}</h2>
          <p>{subtitleOf(room, state)}</p>
        </div>
        {mayInvite && (
          <button type="button" class="button button-small" onClick={() => setDialog('invite')}>
            <LinkIcon /> Invite
          </button>
        )}
        <button
          type="button"
          class="icon-button"
          aria-label="Members"
          title="Members"
          aria-expanded={showsMembers}
          onClick={() => setShowsMembers(!showsMembers)}
        >
          <PeopleIcon />
        </button>
      </header>
      <div class="conversation-body">
        <Timeline
          room={room}
          state={state}
          messenger={messenger}
          invite={mayInvite ? () => setDialog('invite') : null}
        />
        <TypingLine names={room.typing.map((id) => state.people.get(id)?.username ?? 'Somebody')} />
        <Composer room={room} messenger={messenger} />
      </div>
      {showsMembers && (
        <MembersPanel room={room} state={state} messenger={messenger} close={() => setShowsMembers(false)} />
      )}
      {dialog === 'invite' && <InviteDialog room={room} messenger={messenger} close={() => setDialog(null)} />}
    </section>
  );
}

/** Of two people the other one's state; of more their number. */
function subtitleOf({ members, memberCount, isPrivate }: Room, { me, people, connection }: State): string {
  const others = [...members.keys()].filter((id) => id !== me.id);
  const kind = isPrivate ? 'Private room' : 'Public room';
  const only = others.length === 1 ? people.get(others[0] ?? '') : undefined;
  // Without a connection nobody knows who is there.
  if (connection !== 'live' && others.length > 0) return only?.username ?? `${memberCount} members`;
  if (only) return `${only.username} · ${only.online ? 'online' : lastSeenOf(only.lastSeen)}`;
  if (members.size === 0) return kind;
  if (others.length === 0) return `${kind} · only you so far`;
  const online = others.filter((id) => people.get(id)?.online).length + 1;
  return `${memberCount} members · ${online} online`;
}

function TypingLine({ names }: { readonly names: readonly string[] }) {
  const [first, second] = names;
  const text =
    first === undefined
      ? ''
      : names.length === 1
        ? `${first} is typing`
        : names.length === 2
          ? `${first} and ${second} are typing`
          : `${names.length} people are typing`;
  return (
    <p class="typing-line" data-testid="typing">
      {text !== '' && (
        <>
          <span class="typing-dots" aria-hidden="true">
            <span />
            <span />
            <span />
          </span>
          {text}
        </>
      )}
    </p>
  );
}
