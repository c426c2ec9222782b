import type { State } from '../chat/model.ts';
import { LinkIcon, Logo, PlusIcon } from './icons.tsx';

interface WelcomeProps {
  /** False while it is not known yet whether there is something else to show. */
  readonly isShown: boolean;
  readonly state: State;
  readonly create: () => void;
  readonly join: () => void;
}

/** Where the conversation will be. */
export function Welcome({ isShown, state, create, join }: WelcomeProps) {
  if (!isShown) return <div class="welcome" aria-busy="true" />;
  const isNew = state.rooms.size === 0;
  return (
    <div class="welcome">
      <Logo size={56} />
      <h2>{isNew ? `Hello, ${state.me.username}` : 'Pick a room'}</h2>
      <p>
        {isNew
          ? 'Rooms are where people talk. Make one and send its link to somebody, or open a link that you were given.'
          : 'Choose one on the left, or start another.'}
      </p>
      <div class="welcome-actions">
        <button type="button" class="button button-primary" onClick={create}>
          <PlusIcon /> New room
        </button>
        <button type="button" class="button" onClick={join}>
          <LinkIcon /> Join a room
        </button>
      </div>
    </div>
  );
}
