import { createServer } from 'node:http';
import express, { type Express } from 'express';
import { ContainerModule } from 'inversify';
import { Server } from 'socket.io';
import helmet from 'helmet';
import { createHttpApp } from '../../adapters/inbound/http/create-http-app.ts';
import { httpHandlers } from '../../adapters/inbound/http/handlers.ts';
import { ReadinessCheck } from '../../adapters/inbound/http/readiness.ts';
import { limitOperations } from '../../adapters/inbound/limit-actions.ts';
import { Admission } from '../../adapters/inbound/socket/admission.ts';
import { ConnectionGate } from '../../adapters/inbound/socket/connection-gate.ts';
import { serveSockets } from '../../adapters/inbound/socket/serve-sockets.ts';
import { SocketRoomBroadcaster } from '../../adapters/outbound/socket/socket-room-broadcaster.ts';
import { Arrivals } from '../../adapters/wire/arrivals.ts';
import { SocketOutbox } from '../../adapters/wire/socket-outbox.ts';
import type { LiveServer } from '../../adapters/wire/live-socket.ts';
import type { Config } from '../config/config.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';
import { NetworkServer } from '../lifecycle/network-server.ts';

/** A message of 16 KiB with all its line breaks and quotes escaped fits; a flood in one polling request does not. */
const PACKET_BYTES_MAX = 65_536;
/** More than one node can serve; one more is dropped before it costs anything. */
const CONNECTIONS_MAX = 50_000;
/** What is at work fills the queries of a handshake; who waits is let in within two seconds or so. */
const HANDSHAKES = { atOnce: 200, waitingMax: 5_000 };

export const inboundModule = new ContainerModule((options) => {
  const { config, clock, logger, scheduler, inFlight, guard, persistence, outbox, arrivals, probe, tracer } = TOKENS;
  provide(options, TOKENS.http, {}, () =>
    // Slow or silent clients do not keep a connection open.
    Object.assign(
      createServer({ headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 5_000 }),
      { maxConnections: CONNECTIONS_MAX },
    ),
  );
  provide(options, TOKENS.gate, { config, clock }, ({ config, clock }) => {
    const { connectionLimit: limit, corsOrigins: origins, trustProxy, socketRate: frameBudget } = config;
    return new ConnectionGate({ limit, origins, trustProxy, frameBudget, nowMs: () => clock.nowMs() });
  });
  provide(options, TOKENS.admission, {}, () => new Admission({ ...HANDSHAKES, random: Math.random }));
  // Attached to HTTP only when the routes are: Socket.IO takes its own path out of what is there by then.
  provide(options, TOKENS.io, { config, gate: TOKENS.gate }, ({ config, gate }): LiveServer => {
    return new Server({ ...socketOptions(config), allowRequest: gate.allowRequest });
  });
  provide(
    options,
    outbox,
    { logger },
    ({ logger }) =>
      new SocketOutbox(({ id, data }, error) => {
        logger.warn({ connectionId: id, userId: data.userId, error }, 'a slow reader was cut; it will sync');
      }),
  );
  provide(options, arrivals, {}, () => new Arrivals());
  provide(
    options,
    TOKENS.localBroadcaster,
    { io: TOKENS.io, outbox, arrivals, logger, tracer },
    ({ io, ...rest }) => new SocketRoomBroadcaster({ namespace: io.of('/'), ...rest }),
  );
  const { registerUser, logIn, refreshSession, endSession, listSessions, changePassword, viewUser } = TOKENS;
  const { createRoom, joinRoom, leaveRoom, viewRoom, listMembers, listMyRooms, listPublicRooms } = TOKENS;
  const { revealInvite, createInvite, listInvites, revokeInvite, listInviteUses, previewInvite } = TOKENS;
  const { updateRoom, changeRole, removeMember, banUser, muteMember, liftSanction, listSanctions } = TOKENS;
  const {
    sendMessage,
    readHistory,
    readEvents,
    syncRooms,
    markReceipts,
    markUnread,
    listReceipts,
    markRead,
    indicateTyping,
  } = TOKENS;
  const accounts = { registerUser, logIn, refreshSession, endSession, listSessions, changePassword, viewUser };
  const rooms = { createRoom, joinRoom, leaveRoom, viewRoom, listMembers, listMyRooms, listPublicRooms };
  const invites = { revealInvite, createInvite, listInvites, revokeInvite, listInviteUses, previewInvite };
  const moderation = { updateRoom, changeRole, removeMember, banUser, muteMember, liftSanction, listSanctions };
  const messages = { sendMessage, readHistory, readEvents, syncRooms, markReceipts, markUnread, listReceipts };
  provide(
    options,
    TOKENS.handlers,
    {
      ...{ config, clock, persistence, redis: TOKENS.redis, lifecycle: TOKENS.lifecycle, limits: TOKENS.actionLimits },
      ...{ ...accounts, ...rooms, ...invites, ...moderation, ...messages },
    },
    ({ config, clock, persistence, redis, lifecycle, limits, ...useCases }) =>
      limitOperations(
        httpHandlers({
          ...useCases,
          accounts: config.accounts,
          readiness: new ReadinessCheck({
            ping: () => persistence.ping(),
            redis: () => (redis ? (redis.isUp ? 'up' : 'down') : null),
            draining: () => lifecycle.closing,
            clock,
          }),
          uptimeSeconds: () => Math.floor(process.uptime()),
        }),
        limits,
      ),
  );
  provide(
    options,
    TOKENS.app,
    { config, logger, probe, tracer, guard, inFlight, handlers: TOKENS.handlers, sites: TOKENS.sites },
    ({ config, guard, inFlight, ...rest }) =>
      createHttpApp({
        ...rest,
        authenticate: (token) => guard.authenticate(token),
        corsOrigins: config.corsOrigins,
        trustProxy: config.trustProxy,
        began: inFlight.began,
      }),
  );
  const { connectDevice, trackPresence, watchPresence } = TOKENS;
  provide(
    options,
    TOKENS.server,
    {
      config,
      inFlight,
      http: TOKENS.http,
      io: TOKENS.io,
      app: TOKENS.app,
      gate: TOKENS.gate,
      admission: TOKENS.admission,
      limits: TOKENS.actionLimits,
      ...{
        guard,
        scheduler,
        arrivals,
        outbox,
        clock,
        logger,
        probe,
        tracer,
        connectDevice,
        trackPresence,
        watchPresence,
      },
      ...{ sendMessage, joinRoom, leaveRoom, viewRoom, indicateTyping, markRead, markReceipts, syncRooms },
    },
    ({ config, inFlight, http, io, app, ...deps }) => {
      http.on('request', under(config.basePath, app));
      io.attach(http);
      io.engine.use(helmet());
      deps.gate.watch(io);
      serveSockets(io, {
        ...deps,
        edge: { frameBudget: config.socketRate, began: inFlight.began, isClosed: inFlight.isClosed },
      });
      return new NetworkServer({ http, io, inFlight, host: config.host, port: config.port, random: Math.random });
    },
  );
});

function under(basePath: string, app: Express): Express {
  return basePath === '' ? app : express().disable('x-powered-by').use(basePath, app);
}

function socketOptions(config: Config) {
  return {
    path: `${config.basePath}/socket.io`,
    transports: [...config.transports],
    maxHttpBufferSize: PACKET_BYTES_MAX,
    // A half-open connection is noticed within fifteen seconds.
    pingInterval: 10_000,
    pingTimeout: 5_000,
    connectTimeout: 10_000,
    serveClient: false,
    perMessageDeflate: false,
    cors: { origin: config.corsOrigins === 'any' ? '*' : [...config.corsOrigins] },
  };
}
