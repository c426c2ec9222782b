import { useEffect, useState } from 'preact/hooks';
import type { Messenger } from '../chat/messenger.ts';
import { messageOf } from '../chat/messenger.ts';
import type { Member, Room, State } from '../chat/model.ts';
import { Avatar } from './avatar.tsx';
import { CloseIcon } from './icons.tsx';
import { lastSeenOf } from './times.ts';

interface MembersPanelProps {
  readonly room: Room;
  readonly state: State;
  readonly messenger: Messenger;
  readonly close: () => void;
}

export function MembersPanel({ room, state, messenger, close }: MembersPanelProps) {
  const { people, me } = state;
  const isHere = ({ userId }: Member) => userId === me.id || (people.get(userId)?.online ?? false);
  const nameOf = ({ userId }: Member) => people.get(userId)?.username ?? 'Somebody';
  const members = [...room.members.values()].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  useMinutes();
  const leave = () => {
    void messenger.leave(room.id).catch((error: unknown) => messenger.store.notify(messageOf(error)));
  };
  const groups = [
    { title: 'Online', members: members.filter(isHere) },
    { title: 'Offline', members: members.filter((member) => !isHere(member)) },
  ];
  return (
    <section class="members" aria-label="Members">
      <header>
        <h3>Members</h3>
        <button type="button" class="icon-button" aria-label="Close members" onClick={close}>
          <CloseIcon />
        </button>
      </header>
      {groups.map(
        (group) =>
          group.members.length > 0 && (
            <section key={group.title} aria-label={group.title}>
              <h4>
                {group.title} · {group.members.length}
              </h4>
              <ul>
                {group.members.map((member) => (
                  <li key={member.userId}>
                    <Avatar id={member.userId} name={nameOf(member)} online={isHere(member)} />
                    <div>
                      <p class="member-name">
                        {nameOf(member)}
                        {member.userId === me.id && <span class="member-me"> (you)</span>}
                      </p>
                      <p class="member-note">
                        {isHere(member) ? 'online' : lastSeenOf(people.get(member.userId)?.lastSeen ?? null)}
                        {member.role !== 'member' && ` · ${member.role}`}
                      </p>
                    </div>
                  </li>
                ))}
              </ul>
            </section>
          ),
      )}
      {room.role !== 'owner' && (
        <button type="button" class="button button-small" onClick={leave}>
          Leave this room
        </button>
      )}
    </section>
  );
}

/** Draws again now and then, because what was a minute ago is two minutes ago by now. */
function useMinutes(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 30_000);
    return () => clearInterval(timer);
  }, []);
}
