import { useEffect, useState } from 'preact/hooks';

/** What the part of the address behind the `#` says; it never reaches a server, nor a log of one. */
export interface Address {
  readonly roomId: string | null;
  readonly inviteCode: string | null;
}

export function readAddress(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  return { roomId: fields.get('room'), inviteCode: fields.get('invite') };
}

export const roomAddress = (roomId: string | null): string => (roomId === null ? '#' : `#room=${roomId}`);

export const inviteLink = (code: string): string => `${location.origin}/#invite=${code}`;

/** The code in a link, or what is a code already. */
export const codeIn = (text: string): string =>
  readAddress(/#.*/.exec(text.trim())?.[0] ?? '').inviteCode ?? text.trim();

export const goTo = (address: string): void => location.assign(address);

/** Like `goTo`, without a way back. */
export function replaceAddress(address: string): void {
  history.replaceState(null, '', address);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

export function useAddress(): Address {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return readAddress(hash);
}
