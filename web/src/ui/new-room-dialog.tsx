import { useState } from 'preact/hooks';
import type { Messenger } from '../chat/messenger.ts';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { useAttempt } from './use-attempt.ts';

interface NewRoomDialogProps {
  readonly messenger: Messenger;
  readonly done: (roomId: string) => void;
  readonly close: () => void;
}

export function NewRoomDialog({ messenger, done, close }: NewRoomDialogProps) {
  const [name, setName] = useState('');
  const [isPrivate, setPrivate] = useState(true);
  const { isBusy, error, attempt } = useAttempt();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    attempt(async () => done(await messenger.createRoom(name.trim(), isPrivate)));
  };
  return (
    <Dialog title="New room" close={close}>
      <form onSubmit={submit}>
        <Field
          label="Name"
          required
          autofocus
          maxLength={120}
          autocomplete="off"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
          error={error}
        />
        <fieldset class="choices">
          <legend>Who can come in</legend>
          <label class="choice">
            <input type="radio" name="kind" checked={isPrivate} onChange={() => setPrivate(true)} />
            <span>
              <b>Private</b>
              <small>Only people who have the link.</small>
            </span>
          </label>
          <label class="choice">
            <input type="radio" name="kind" checked={!isPrivate} onChange={() => setPrivate(false)} />
            <span>
              <b>Public</b>
              <small>Everybody on this server can find it.</small>
            </span>
          </label>
        </fieldset>
        <button type="submit" class="button button-primary button-wide" disabled={isBusy}>
          Create room
        </button>
      </form>
    </Dialog>
  );
}
