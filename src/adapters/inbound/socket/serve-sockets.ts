import type { ActionLimits } from '../../../application/access/action-limits.ts';
import { AppError } from '../../../application/errors/app-error.ts';
import type * as ports from '../../../application/ports/index.ts';
import type { ConnectDevice } from '../../../application/use-cases/connect-device.ts';
import type { TrackPresence } from '../../../application/use-cases/track-presence.ts';
import { toWireFailure } from '../../wire/error-map.ts';
import { sessionChannel, userChannel, type LiveServer, type LiveSocket } from '../../wire/live-socket.ts';
import type { Arrivals } from '../../wire/arrivals.ts';
import { limitEvents } from '../limit-actions.ts';
import type { Admission } from './admission.ts';
import { bindEvents, type SocketEdge } from './bind-events.ts';
import type { ConnectionGate } from './connection-gate.ts';
import { socketHandlers, type SocketUseCases } from './handlers.ts';
import type { SocketOutbox } from '../../wire/socket-outbox.ts';
import { SocketSession } from './socket-session.ts';

/** How long before its end the client of a token is told. */
const EXPIRY_NOTICE_MS = 60_000;
const TIMER_MAX_MS = 2_147_483_647;

export interface ServeSocketsDeps extends Omit<SocketUseCases, 'renewed'> {
  readonly connectDevice: ConnectDevice;
  readonly trackPresence: TrackPresence;
  readonly scheduler: ports.Scheduler;
  readonly admission: Pick<Admission, 'run'>;
  readonly gate: Pick<ConnectionGate, 'admit'>;
  readonly limits: Pick<ActionLimits, 'admit'>;
  readonly arrivals: Arrivals;
  readonly outbox: SocketOutbox;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
  readonly probe: Pick<ports.Probe, 'command' | 'handshake' | 'disconnect'>;
  readonly tracer: Pick<ports.Tracer, 'root'>;
  readonly edge: Pick<SocketEdge, 'frameBudget' | 'began' | 'isClosed'>;
}

/** Connects Socket.IO to the application: handshake, events, expiry, presence. */
export function serveSockets(io: LiveServer, deps: ServeSocketsDeps): void {
  const { arrivals, clock, logger, probe } = deps;
  const entered = new WeakSet<object>();
  io.use((socket, next) => {
    // Each CONNECT packet of one connection would be a socket of its own, and every message be sent to each of them.
    if (entered.has(socket.conn)) {
      socket.conn.close();
      return next(new Error('One connection, one socket.'));
    }
    entered.add(socket.conn);
    const startedMs = performance.now();
    const answered = (outcome: string) => probe.handshake(outcome, performance.now() - startedMs);
    deps.admission
      .run(() => enter(socket, deps))
      .then(
        () => {
          answered('ok');
          next();
        },
        (thrown: unknown) => {
          arrivals.take(socket.id);
          // With a better token the client may try again on the same connection.
          entered.delete(socket.conn);
          const { error, isBug } = toWireFailure(thrown);
          answered(error.code);
          if (isBug) logger.error({ error: thrown }, 'a handshake failed');
          // An ordinary client does not come back by itself after a refusal, but it does when the connection is lost.
          if (isBug || (error.code === 'OVERLOADED' && !comesBack(socket))) socket.conn.close();
          next(Object.assign(new Error(error.message), { data: error }));
        },
      );
  });

  const expiries = new Map<string, ports.Cancel>();
  const renewed = (session: SocketSession) => watchExpiry(session, deps, expiries);
  const handlers = limitEvents(socketHandlers({ ...deps, renewed }), deps.limits);
  const edge: SocketEdge = {
    ...deps.edge,
    probe,
    tracer: deps.tracer,
    nowMs: () => clock.nowMs(),
    reportBug: (event, { userId, connectionId }, error) =>
      logger.error({ event, userId, connectionId, error }, 'an event failed unexpectedly'),
  };

  io.on('connection', (socket) => {
    const session = new SocketSession(socket);
    arrivals.take(socket.id);
    deps.outbox.adopt(socket);
    // Bound at once: what the client emits while its session is looked at again is kept and waits.
    bindEvents(session, handlers, edge);
    const ready = open(session, deps);
    session.hold(ready);
    watchExpiry(session, deps, expiries);
    onDisconnect(socket, (reason) => {
      probe.disconnect(reason);
      expiries.get(socket.id)?.();
      expiries.delete(socket.id);
      // Only after the arrival was noted, or a connection that ends quickly would stay online for ever.
      void ready.finally(() => close(session, deps));
    });
  });
}

/**
 * Puts a socket that may come in into its rooms. This is done before it is told that it is connected, so that it hears
 * whatever is committed from there on.
 */
async function enter(socket: LiveSocket, { guard, gate, arrivals, connectDevice }: ServeSocketsDeps): Promise<void> {
  // Some are gone again when their turn comes.
  if (socket.conn.readyState !== 'open') throw new AppError('UNAUTHENTICATED');
  const claims = await guard.authenticate(tokenOf(socket));
  const { userId, sessionId } = claims;
  // From here on its end is heard of.
  if (socket.conn.readyState !== 'open') throw new AppError('UNAUTHENTICATED');
  gate.admit(socket.conn, userId);
  socket.data = { ...claims, changedRooms: new Map(), watched: new Set() };
  arrivals.add(socket);
  void socket.join([userChannel(userId), sessionChannel(sessionId)]);
  await connectDevice.execute({ userId, connectionId: socket.id });
}

async function open({ userId, connectionId, socket }: SocketSession, deps: ServeSocketsDeps): Promise<void> {
  try {
    // Asked again, now that the end of its session finds this socket: one that ended during the handshake did not.
    await deps.guard.authenticate(tokenOf(socket));
    await deps.trackPresence.execute({ type: 'connected', userId, connectionId });
  } catch (error) {
    deps.logger.warn(
      { userId, connectionId, error },
      'a connection could not be opened; the client is sent to try again',
    );
    // Closed below Socket.IO, because a client does not come back by itself after a disconnect by the server.
    socket.conn.close();
  }
}

async function close({ userId, connectionId }: SocketSession, deps: ServeSocketsDeps): Promise<void> {
  try {
    await deps.trackPresence.execute({ type: 'disconnected', userId, connectionId });
  } catch (error) {
    deps.logger.warn({ userId, connectionId, error }, 'the end of a connection could not be recorded');
  }
}

/** Tells the client before its token ends, and cuts the socket when it does. Called again for a renewed token. */
function watchExpiry({ socket }: SocketSession, deps: ServeSocketsDeps, expiries: Map<string, ports.Cancel>): void {
  const { scheduler, clock } = deps;
  expiries.get(socket.id)?.();
  const { expiresAtMs } = socket.data;
  const at = (timeMs: number, task: () => void): ports.Cancel => {
    const waitMs = timeMs - clock.nowMs();
    if (waitMs <= TIMER_MAX_MS) return scheduler.after(Math.max(0, waitMs), task);
    // Longer than a timer can wait: look again when it has run out.
    return scheduler.after(TIMER_MAX_MS, () => {
      expiries.set(socket.id, at(timeMs, task));
    });
  };
  const cut = () => {
    socket.emit('error', { event: 'authenticate', ...toWireFailure(new AppError('TOKEN_EXPIRED')).error });
    socket.disconnect(true);
  };
  const warn = () => {
    socket.emit('session_expiring', { expiresAt: new Date(expiresAtMs).toISOString() });
    expiries.set(socket.id, at(expiresAtMs, cut));
  };
  expiries.set(socket.id, at(expiresAtMs - EXPIRY_NOTICE_MS, warn));
}

/** `auth: { token }`, or `Authorization: Bearer` where a client can set headers; never the query, which gets logged. */
function tokenOf(socket: LiveSocket): string {
  const { token } = socket.handshake.auth as { token?: unknown };
  if (typeof token === 'string') return token.replace(/^Bearer /i, '');
  const header = socket.handshake.headers.authorization ?? '';
  return /^Bearer /i.test(header) ? header.slice('Bearer '.length).trim() : '';
}

/** `auth: { retries: true }`: the client reads the refusal, and when to come back, and does so. */
function comesBack(socket: LiveSocket): boolean {
  return (socket.handshake.auth as { retries?: unknown }).retries === true;
}

function onDisconnect(socket: LiveSocket, then: (reason: string) => void): void {
  socket.once('disconnect', then);
}
