import { useEffect, useState } from 'preact/hooks';
import { onOtherTab, storedAccount, type Account } from '../account/account.ts';
import { Messenger } from '../chat/messenger.ts';
import { MessengerPage } from './messenger-page.tsx';
import { SignIn } from './sign-in.tsx';

export function App() {
  const [account, setAccount] = useState(storedAccount);
  const [why, setWhy] = useState<string | null>(null);
  const userId = account?.user.id;
  const [messenger, setMessenger] = useState<Messenger | null>(null);

  useEffect(() => onOtherTab((other) => setAccount(other)), []);
  useEffect(() => {
    if (!account) return setMessenger(null);
    const started = new Messenger({
      account,
      ended: (reason) => {
        setWhy(reason);
        setAccount(null);
      },
    });
    setMessenger(started);
    void started.start();
    return () => started.stop();
    // A newer token of the same user is no reason to start again.
  }, [userId]);

  const signedIn = (signed: Account) => {
    setWhy(null);
    setAccount(signed);
  };
  if (!account) return <SignIn why={why} signedIn={signedIn} />;
  return messenger && <MessengerPage messenger={messenger} />;
}
