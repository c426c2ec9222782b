import { useEffect, useState } from 'preact/hooks';
import type { Messenger } from '../chat/messenger.ts';
import { Announcer } from './announcer.tsx';
import { ConnectionNote } from './connection-note.tsx';
import { Conversation } from './conversation.tsx';
import { InvitedDialog } from './invited-dialog.tsx';
import { JoinRoomDialog } from './join-room-dialog.tsx';
import { NewRoomDialog } from './new-room-dialog.tsx';
import { Notices } from './notices.tsx';
import { RoomList } from './room-list.tsx';
import { goTo, replaceAddress, roomAddress, useAddress } from './use-address.ts';
import { useStore } from './use-store.ts';
import { Welcome } from './welcome.tsx';

/** All of it, once somebody is signed in. */
export function MessengerPage({ messenger }: { readonly messenger: Messenger }) {
  const state = useStore(messenger.store);
  const { roomId, inviteCode } = useAddress();
  const [dialog, setDialog] = useState<'new' | 'join' | null>(null);
  const room = roomId === null ? undefined : state.rooms.get(roomId);
  const unread = [...state.rooms.values()].reduce((sum, { unread }) => sum + unread, 0);

  useEffect(() => {
    if (!state.isListed) return;
    void messenger.open(room ? room.id : null);
    if (roomId !== null && !room) replaceAddress(roomAddress(null));
  }, [state.isListed, roomId, room === undefined]);
  useEffect(() => {
    const place = room ? `${room.name} · Parley` : 'Parley';
    document.title = unread > 0 ? `(${unread}) ${place}` : place;
  }, [unread, room?.name]);

  const entered = (id: string) => {
    setDialog(null);
    goTo(roomAddress(id));
  };
  return (
    <div class={room ? 'messenger has-room' : 'messenger'}>
      <RoomList state={state} messenger={messenger} create={() => setDialog('new')} join={() => setDialog('join')} />
      <main class="main">
        <ConnectionNote connection={state.connection} retry={() => messenger.reconnect()} />
        {room ? (
          <Conversation key={room.id} room={room} state={state} messenger={messenger} />
        ) : (
          <Welcome state={state} create={() => setDialog('new')} join={() => setDialog('join')} />
        )}
      </main>
      <Notices notices={state.notices} dismiss={(id) => messenger.store.dismiss(id)} />
      <Announcer messenger={messenger} />
      {dialog === 'new' && <NewRoomDialog messenger={messenger} done={entered} close={() => setDialog(null)} />}
      {dialog === 'join' && <JoinRoomDialog messenger={messenger} done={entered} close={() => setDialog(null)} />}
      {inviteCode !== null && state.isListed && (
        <InvitedDialog key={inviteCode} messenger={messenger} code={inviteCode} state={state} />
      )}
    </div>
  );
}
