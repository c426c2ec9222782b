import { useEffect, useState } from 'preact/hooks';
import type { Messenger } from '../chat/messenger.ts';
import type { RoomInfo } from '../chat/model.ts';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { HashIcon } from './icons.tsx';
import { codeIn } from './use-address.ts';
import { useAttempt } from './use-attempt.ts';

interface JoinRoomDialogProps {
  readonly messenger: Messenger;
  readonly done: (roomId: string) => void;
  readonly close: () => void;
}

export function JoinRoomDialog({ messenger, done, close }: JoinRoomDialogProps) {
  const [link, setLink] = useState('');
  const [rooms, setRooms] = useState<readonly RoomInfo[] | null>(null);
  const { isBusy, error, attempt } = useAttempt();
  useEffect(() => {
    void messenger.publicRooms('').then(setRooms, () => setRooms([]));
  }, [messenger]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    attempt(async () => done(await messenger.join({ inviteCode: codeIn(link) })));
  };
  return (
    <Dialog title="Join a room" close={close}>
      <form onSubmit={submit}>
        <Field
          label="Invite link or code"
          required
          autofocus
          autocomplete="off"
          value={link}
          onInput={(event) => setLink(event.currentTarget.value)}
          error={error}
        />
        <button type="submit" class="button button-primary button-wide" disabled={isBusy}>
          Join
        </button>
      </form>
      <section class="public-rooms" aria-label="Public rooms">
        <h3>Public rooms</h3>
        {rooms?.length === 0 && <p class="hint">There are none yet.</p>}
        <ul>
          {rooms?.map(({ id, name }) => (
            <li key={id}>
              <HashIcon />
              <span>{name}</span>
              <button
                type="button"
                class="button button-small"
                disabled={isBusy}
                aria-label={`Join ${name}`}
                onClick={() => attempt(async () => done(await messenger.join({ roomId: id })))}
              >
                Join
              </button>
            </li>
          ))}
        </ul>
      </section>
    </Dialog>
  );
}
