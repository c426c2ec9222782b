import { textOf } from '../chat/entries.ts';
import type { Messenger } from '../chat/messenger.ts';
import type { Room, State } from '../chat/model.ts';
import { Avatar } from './avatar.tsx';
import { HashIcon, LinkIcon, LockIcon, LogOutIcon, Logo, PlusIcon } from './icons.tsx';
import { shortTimeOf } from './times.ts';
import { roomAddress } from './use-address.ts';

interface RoomListProps {
  readonly state: State;
  readonly messenger: Messenger;
  readonly create: () => void;
  readonly join: () => void;
}

export function RoomList({ state, messenger, create, join }: RoomListProps) {
  const { me, rooms, isListed, openRoomId } = state;
  return (
    <div class="sidebar">
      <header class="sidebar-head">
        <Logo />
        <span class="brand">Parley</span>
        <button type="button" class="icon-button" aria-label="Join a room" title="Join a room" onClick={join}>
          <LinkIcon />
        </button>
        <button type="button" class="icon-button" aria-label="New room" title="New room" onClick={create}>
          <PlusIcon />
        </button>
      </header>
      <nav class="rooms" aria-label="Rooms">
        {isListed && rooms.size === 0 && (
          <div class="rooms-empty">
            <p>No rooms yet. Make one, or join with a link.</p>
            <button type="button" class="button button-primary" onClick={create}>
              <PlusIcon /> New room
            </button>
            <button type="button" class="button" onClick={join}>
              <LinkIcon /> Join a room
            </button>
          </div>
        )}
        <ul>
          {[...rooms.values()].sort(byTime).map((room) => (
            <li key={room.id}>
              <RoomLink room={room} state={state} isOpen={room.id === openRoomId} />
            </li>
          ))}
        </ul>
      </nav>
      <footer class="sidebar-foot">
        <Avatar id={me.id} name={me.username} online={state.connection === 'live'} />
        <span class="sidebar-name">{me.username}</span>
        <button
          type="button"
          class="icon-button"
          aria-label="Log out"
          title="Log out"
          onClick={() => void messenger.logOut()}
        >
          <LogOutIcon />
        </button>
      </footer>
    </div>
  );
}

const byTime = (a: Room, b: Room): number =>
  (b.lastMessage?.createdAt ?? '').localeCompare(a.lastMessage?.createdAt ?? '') || a.name.localeCompare(b.name);

interface RoomLinkProps {
  readonly room: Room;
  readonly state: State;
  readonly isOpen: boolean;
}

function RoomLink({ room, state: { me, people }, isOpen }: RoomLinkProps) {
  const { lastMessage, unread, typing, pending } = room;
  const author = lastMessage && (lastMessage.userId === me.id ? 'You' : people.get(lastMessage.userId)?.username);
  const isFailed = pending.some(({ status }) => status === 'failed');
  return (
    <a class="room-link" href={roomAddress(room.id)} aria-current={isOpen ? 'page' : undefined}>
      <span class="room-symbol">{room.isPrivate ? <LockIcon /> : <HashIcon />}</span>
      <span class="room-name">{room.name}</span>
      {lastMessage && <time dateTime={lastMessage.createdAt}>{shortTimeOf(lastMessage.createdAt)}</time>}
      <span class="room-last">
        {typing.length > 0 ? (
          <em>typing…</em>
        ) : isFailed ? (
          <em class="is-error">not sent</em>
        ) : lastMessage ? (
          `${author === undefined ? '' : `${author}: `}${textOf(lastMessage)}`
        ) : (
          'No messages yet'
        )}
      </span>
      {unread > 0 && (
        <span class="badge">
          {unread > 99 ? '99+' : unread}
          <span class="unseen"> unread</span>
        </span>
      )}
    </a>
  );
}
