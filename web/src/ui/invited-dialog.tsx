import { useEffect, useState } from 'preact/hooks';
import { messageOf, type Messenger } from '../chat/messenger.ts';
import type { Preview, State } from '../chat/model.ts';
import { Dialog } from './dialog.tsx';
import { replaceAddress, roomAddress } from './use-address.ts';
import { useAttempt } from './use-attempt.ts';

interface InvitedDialogProps {
  readonly messenger: Messenger;
  readonly code: string;
  readonly state: State;
}

/** Where the link that was opened leads, and whether the user wants to go there. */
export function InvitedDialog({ messenger, code, state }: InvitedDialogProps) {
  const [preview, setPreview] = useState<Preview | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { isBusy, error, attempt } = useAttempt();
  const close = () => replaceAddress(roomAddress(null));
  useEffect(() => {
    messenger.preview(code).then(
      (found) => {
        if (state.rooms.has(found.room.id)) replaceAddress(roomAddress(found.room.id));
        else setPreview(found);
      },
      (thrown: unknown) => setProblem(messageOf(thrown)),
    );
  }, [messenger, code]);
  if (problem !== null) {
    return (
      <Dialog title="This invite does not work" close={close}>
        <p class="alert" role="alert">
          {problem}
        </p>
        <button type="button" class="button button-wide" onClick={close}>
          Close
        </button>
      </Dialog>
    );
  }
  if (preview === null) return null;
  const { room, invitedBy } = preview;
  const join = () => attempt(async () => replaceAddress(roomAddress(await messenger.join({ inviteCode: code }))));
  return (
    <Dialog title={`Join ${room.name}?`} close={close}>
      <p class="lead">
        {invitedBy ? `${invitedBy.username} invites you to a ` : 'You are invited to a '}
        {room.isPrivate ? 'private' : 'public'} room with {room.memberCount}{' '}
        {room.memberCount === 1 ? 'member' : 'members'}.
      </p>
      {error !== undefined && (
        <p class="alert" role="alert">
          {error}
        </p>
      )}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={close}>
          Not now
        </button>
        <button type="button" class="button button-primary" autofocus disabled={isBusy} onClick={join}>
          Join room
        </button>
      </div>
    </Dialog>
  );
}
