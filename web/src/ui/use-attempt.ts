import { useState } from 'preact/hooks';
import { messageOf } from '../chat/messenger.ts';

/** Something that may fail, and that is not to be done twice at a time. */
export function useAttempt() {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const attempt = (work: () => Promise<void>) => {
    if (isBusy) return;
    setBusy(true);
    setError(undefined);
    void work()
      .catch((thrown: unknown) => setError(messageOf(thrown)))
      .finally(() => setBusy(false));
  };
  return { isBusy, error, attempt };
}
