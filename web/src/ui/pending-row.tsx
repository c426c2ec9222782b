import { useEffect, useState } from 'preact/hooks';
import type { Messenger } from '../chat/messenger.ts';
import type { Pending, State } from '../chat/model.ts';
import { ClockIcon, WarningIcon } from './icons.tsx';

interface PendingRowProps {
  readonly item: Pending;
  readonly isFirst: boolean;
  readonly messenger: Messenger;
  readonly connection: State['connection'];
}

/** An own message on its way, at the place that it will have. */
export function PendingRow({ item, isFirst, messenger, connection }: PendingRowProps) {
  const { status, content } = item;
  return (
    <li class={`entry is-own is-pending ends-group${isFirst ? ' starts-group' : ''}`} data-pending={status}>
      <div class="message">
        <div class="bubble">
          <span class="unseen">You: </span>
          <p class="text">{content}</p>
          <p class={status === 'failed' ? 'meta is-error' : 'meta'}>
            {status === 'failed' ? <WarningIcon /> : <ClockIcon />}
            <Status item={item} isConnected={connection === 'live'} />
          </p>
          {status === 'failed' && (
            <p class="pending-actions">
              <button type="button" class="text-button" onClick={() => messenger.retry(item)}>
                Try again
              </button>
              <button type="button" class="text-button" onClick={() => messenger.discard(item)}>
                Discard
              </button>
            </p>
          )}
        </div>
      </div>
    </li>
  );
}

function Status({ item: { status, error, againAtMs }, isConnected }: { item: Pending; isConnected: boolean }) {
  const seconds = useSecondsUntil(status === 'waiting' ? againAtMs : undefined);
  if (status === 'failed') return <span>Not sent. {error?.message}</span>;
  if (!isConnected) return <span>Waiting for the network</span>;
  if (status === 'queued') return <span>Sending…</span>;
  return <span>{seconds > 0 ? `Sent again in ${seconds} s` : 'Sending again…'}</span>;
}

/** Whole seconds, counted down; 0 when it is over or there is nothing to wait for. */
export function useSecondsUntil(atMs: number | undefined): number {
  const left = () => (atMs === undefined ? 0 : Math.max(0, Math.ceil((atMs - Date.now()) / 1_000)));
  const [, tick] = useState(0);
  useEffect(() => {
    if (atMs === undefined) return;
    const timer = setInterval(() => tick((count) => count + 1), 500);
    return () => clearInterval(timer);
  }, [atMs]);
  return left();
}
