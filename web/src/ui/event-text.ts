import type { RoomEvent } from 'parley-chat/client';
import type { Person } from '../chat/model.ts';

/** What happened to the room, in words. */
export function eventText(event: RoomEvent, people: ReadonlyMap<string, Person>, me: string): string {
  const nameOf = (id: string) => (id === me ? 'You' : (people.get(id)?.username ?? 'Somebody'));
  const actor = nameOf(event.actorId);
  const whom = (id: string) => (id === me ? 'you' : nameOf(id));
  switch (event.type) {
    case 'room_created':
      return `${actor} made this room`;
    case 'member_joined':
      return `${event.userId === me ? 'You' : event.username} joined`;
    case 'member_left':
      return `${nameOf(event.userId)} left`;
    case 'member_removed':
      return `${actor} removed ${whom(event.userId)}`;
    case 'role_changed':
      return `${actor} made ${whom(event.userId)} ${event.role === 'member' ? 'a member' : `an ${event.role}`}`;
    case 'member_banned':
      return `${actor} banned ${whom(event.userId)}`;
    case 'ban_lifted':
      return `${actor} lifted the ban of ${whom(event.userId)}`;
    case 'member_muted':
      return `${actor} muted ${whom(event.userId)}`;
    case 'mute_lifted':
      return `${actor} let ${whom(event.userId)} speak again`;
    case 'messages_erased':
      return event.userId === null
        ? 'Older messages were removed'
        : 'The messages of somebody who is gone were removed';
    case 'room_updated':
      return event.name === undefined ? `${actor} changed the settings` : `${actor} named the room ${event.name}`;
    default:
      return 'Something happened here that this page does not know of';
  }
}
