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
  const wanted = roomId === null ? undefined : state.rooms.get(roomId);
  // Not the wanted one yet: what is unread in it is noted before it is shown, because showing it makes it read.
  const room = state.openRoomId === null ? undefined : state.rooms.get(state.openRoomId);
  const unread = [...state.rooms.values()].reduce((sum, { unread }) => sum + unread, 0);

  useEffect(() => {
    if (!state.isListed) return;
    void messenger.open(wanted ? wanted.id : null);
    if (roomId !== null && !wanted) replaceAddress(roomAddress(null));
  }, [state.isListed, roomId, wanted === undefined]);
  useEffect(() => {
    // Whoever unlocks a phone does not want to wait until the next attempt is due.
    const look = () => {
      if (document.visibilityState === 'visible') messenger.reconnect();
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [messenger]);
  useEffect(() => {
    const place = room ? `${room.name} · Parley` : 'Parley';
    document.title = unread > 0 ? `(${unread}) ${place}` : place;
  }, [unread, room?.name]);

  const entered = (id: string) => {
    setDialog(null);
    goTo(roomAddress(id));
  };
  return (
    <main class={room ? 'messenger has-room' : 'messenger'}>
      <h1 class="unseen">Parley</h1>
      <RoomList state={state} messenger={messenger} create={() => setDialog('new')} join={() => setDialog('join')} />
      <div class="main">
        <ConnectionNote connection={state.connection} retry={() => messenger.reconnect()} />
        {room ? (
          <Conversation key={room.id} room={room} state={state} messenger={messenger} />
        ) : (
          <Welcome
            isShown={state.isListed && !wanted}
            state={state}
            create={() => setDialog('new')}
            join={() => setDialog('join')}
          />
        )}
      </div>
      <Notices notices={state.notices} dismiss={(id) => messenger.store.dismiss(id)} />
      <Announcer messenger={messenger} />
      {dialog === 'new' && <NewRoomDialog messenger={messenger} done={entered} close={() => setDialog(null)} />}
      {dialog === 'join' && <JoinRoomDialog messenger={messenger} done={entered} close={() => setDialog(null)} />}
      {inviteCode !== null && state.isListed && (
        <InvitedDialog key={inviteCode} messenger={messenger} code={inviteCode} state={state} />
      )}
    </main>
  );
}
