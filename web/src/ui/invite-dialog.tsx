import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf, type Messenger } from '../chat/messenger.ts';
import type { Room } from '../chat/model.ts';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { inviteLink } from './use-address.ts';

interface InviteDialogProps {
  readonly room: Room;
  readonly messenger: Messenger;
  readonly close: () => void;
}

export function InviteDialog({ room, messenger, close }: InviteDialogProps) {
  const [link, setLink] = useState('');
  const [error, setError] = useState<string | undefined>();
  const [isCopied, setCopied] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    messenger.inviteCode(room.id).then(
      (code) => setLink(inviteLink(code)),
      (thrown: unknown) => setError(messageOf(thrown)),
    );
  }, [messenger, room.id]);
  const copy = async () => {
    // Outside of HTTPS there is no clipboard: then the link is chosen, ready to be copied by hand.
    frame.current?.querySelector('input')?.select();
    await navigator.clipboard?.writeText(link);
    setCopied(navigator.clipboard !== undefined);
  };
  return (
    <Dialog title={`Invite to ${room.name}`} close={close}>
      <p class="lead">Whoever has this link can come in. Send it only to those who are meant to.</p>
      <div class="copy" ref={frame}>
        <Field
          label="Invite link"
          readOnly
          value={link}
          error={error}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button
          type="button"
          class="button button-primary"
          disabled={link === ''}
          onClick={() => void copy().catch(() => undefined)}
        >
          {isCopied ? 'Copied' : 'Copy link'}
        </button>
      </div>
      <p class="unseen" role="status">
        {isCopied ? 'The link is copied.' : ''}
      </p>
    </Dialog>
  );
}
