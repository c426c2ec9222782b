import { useEffect, useState } from 'preact/hooks';
import type { State } from '../chat/model.ts';

/** A connection that is made again sooner than this is not worth a word. */
const PATIENCE_MS = 1_200;

interface ConnectionNoteProps {
  readonly connection: State['connection'];
  readonly retry: () => void;
}

/** Says when what is seen may be old; the region is always there, so that a screen reader hears of the change. */
export function ConnectionNote({ connection, retry }: ConnectionNoteProps) {
  const isWell = connection === 'live';
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (isWell) return setLate(false);
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isWell]);
  const isShown = !isWell && isLate;
  return (
    <div class={isShown ? 'connection-note is-shown' : 'connection-note'} role="status">
      {isShown && (
        <>
          <span class="connection-spinner" aria-hidden="true" />
          <span>
            {connection === 'starting' ? 'Connecting…' : 'No connection. What you write is sent when it is back.'}
          </span>
          {connection === 'offline' && (
            <button type="button" class="text-button" onClick={retry}>
              Try now
            </button>
          )}
        </>
      )}
    </div>
  );
}
