import { io } from 'socket.io-client';
import type { Surroundings, WireSocket } from './surroundings.ts';
import { asRefusal } from './checks.ts';

/** The most time that opening a connection, sign-in included, may take. */
const OPEN_MS = 20_000;
const UINT32 = 4_294_967_296;

/** A browser has these, Node has not; a build for Node knows no types of them. */
interface NetworkEvents {
  addEventListener?(type: 'online', listener: () => void): void;
  removeEventListener?(type: 'online', listener: () => void): void;
}

/** The world of a browser or of Node. */
export function realSurroundings(url: string): Surroundings {
  const { origin, pathname } = new URL(url);
  const base = pathname.replace(/\/+$/, '');
  return {
    after: (ms, task) => {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
    random,
    newId,
    openSocket: (token, handlers) => {
      const socket = io(origin, {
        path: `${base}/socket.io`,
        auth: { token },
        transports: ['websocket', 'polling'],
        tryAllTransports: true,
        forceNew: true,
        reconnection: false,
        timeout: OPEN_MS,
      });
      let isOver = false;
      const finish = (tell: () => void) => {
        if (isOver) return;
        isOver = true;
        clearTimeout(deadline);
        socket.disconnect();
        tell();
      };
      const deadline = setTimeout(() => finish(() => handlers.refused(null, 'timeout')), OPEN_MS);
      socket.on('connect', () => {
        clearTimeout(deadline);
        if (!isOver) handlers.opened();
      });
      socket.on('connect_error', (error) => {
        finish(() => handlers.refused(asRefusal((error as { data?: unknown }).data), error));
      });
      socket.on('disconnect', (reason) => finish(() => handlers.lost(reason)));
      socket.onAny((event: string, payload: unknown) => {
        if (!isOver) handlers.heard(event, payload);
      });
      const wire: WireSocket = {
        emit: (event, payload, ack) =>
          void socket.emit(event, payload, (reply: unknown) => {
            if (!isOver) ack(reply);
          }),
        close: () => finish(() => undefined),
      };
      return wire;
    },
    request: async (method, path, token, body) => {
      const response = await fetch(`${origin}${base}${path}`, {
        method: method.toUpperCase(),
        headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : JSON_TYPE) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    },
    onNetworkBack: (task) => {
      const page = globalThis as NetworkEvents;
      page.addEventListener?.('online', task);
      return () => page.removeEventListener?.('online', task);
    },
  };
}

const JSON_TYPE = { 'content-type': 'application/json' };

const random = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / UINT32;

/** `crypto.randomUUID` is missing on pages that did not come over HTTPS. */
const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
