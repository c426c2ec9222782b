import { ChatError, type RouteReply } from 'parley-chat/client';

type SignedIn = RouteReply<'post /api/auth/login'>;

export interface Account {
  readonly token: string;
  readonly refreshToken: string;
  /** Milliseconds since 1970, by the clock of this machine. */
  readonly expiresAtMs: number;
  readonly user: SignedIn['user'];
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

const KEY = 'parley/account';
/** A token that ends this soon is not worth a connection. */
const SPARE_MS = 20_000;

/** Who is signed in in this browser, in all of its tabs. */
export function storedAccount(): Account | null {
  try {
    const text = localStorage.getItem(KEY);
    return text === null ? null : (JSON.parse(text) as Account);
  } catch {
    return null;
  }
}

export const forgetAccount = (): void => localStorage.removeItem(KEY);

/** Calls the function when another tab signs in or out; returns how to end that. */
export function onOtherTab(changed: (account: Account | null) => void): () => void {
  const listen = ({ key }: StorageEvent) => {
    if (key === KEY || key === null) changed(storedAccount());
  };
  addEventListener('storage', listen);
  return () => removeEventListener('storage', listen);
}

/** @throws ChatError */
export const register = async (given: Credentials & { readonly username: string }): Promise<Account> =>
  keep(await post('/api/auth/register', given));

/** @throws ChatError */
export const logIn = async ({ email, password }: Credentials): Promise<Account> =>
  keep(await post('/api/auth/login', { email, password }));

/** A token that holds, a new one if need be. @throws ChatError: UNAUTHENTICATED when the session is over. */
export async function tokenOf(inUse: string | null, isNewWanted: boolean): Promise<string> {
  const account = storedAccount();
  if (account === null) throw new ChatError('UNAUTHENTICATED', 'You are signed out.');
  const { token, refreshToken, expiresAtMs } = account;
  // Another tab may have renewed it already.
  const isGood = expiresAtMs - Date.now() > SPARE_MS && (!isNewWanted || (inUse !== null && token !== inUse));
  return isGood ? token : keep(await post('/api/auth/refresh', { refreshToken })).token;
}

/** Ends the session on the server; of no consequence when that does not work. */
export async function endSession({ token }: Account): Promise<void> {
  await fetch('/api/auth/logout', { method: 'POST', headers: { authorization: `Bearer ${token}` } }).catch(() => null);
}

function keep({ token, refreshToken, expiresIn, user }: SignedIn): Account {
  const account = { token, refreshToken, expiresAtMs: Date.now() + expiresIn * 1_000, user };
  localStorage.setItem(KEY, JSON.stringify(account));
  return account;
}

async function post(path: string, body: object): Promise<SignedIn> {
  let response: Response;
  try {
    const headers = { 'content-type': 'application/json' };
    response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  } catch (cause) {
    throw new ChatError('NETWORK', 'The server cannot be reached. Check your connection and try again.', { cause });
  }
  const reply: unknown = await response.json().catch(() => null);
  if (response.ok) return reply as SignedIn;
  const { code = 'INTERNAL', message = 'Something went wrong.', ...more } = (reply ?? {}) as Partial<ChatError>;
  throw new ChatError(code, message, more);
}
