import type { Express, RequestHandler } from 'express';
import type { Server as HttpServer } from 'node:http';
import type { ActionLimits } from '../../application/access/action-limits.ts';
import type { MembershipCache } from '../../application/access/membership-cache.ts';
import type { RoomAccess } from '../../application/access/room-access.ts';
import type { SessionGuard } from '../../application/access/session-guard.ts';
import type { ExternalSessions } from '../../application/auth/external-sessions.ts';
import type { PasswordPolicy } from '../../application/auth/password-policy.ts';
import type { SessionIssuer } from '../../application/auth/session-issuer.ts';
import type { SignInLimits } from '../../application/auth/sign-in-limits.ts';
import type { BusIntake } from '../../application/live/bus-intake.ts';
import type { Newcomers } from '../../application/live/newcomers.ts';
import type { PresenceAnnouncer } from '../../application/live/presence-announcer.ts';
import type { RetentionSweep } from '../../application/live/retention-sweep.ts';
import type { RoomFeed } from '../../application/live/room-feed.ts';
import type { SessionEnds } from '../../application/live/session-ends.ts';
import type { SessionWatch } from '../../application/live/session-watch.ts';
import type { TypingBoard } from '../../application/live/typing-board.ts';
import type * as ports from '../../application/ports/index.ts';
import type { Moderation } from '../../application/moderation/moderation.ts';
import type { ChangePassword } from '../../application/use-cases/change-password.ts';
import type { ChangeRole } from '../../application/use-cases/change-role.ts';
import type { ConnectDevice } from '../../application/use-cases/connect-device.ts';
import type { CreateUser } from '../../application/use-cases/create-user.ts';
import type { DisableUser, EnableUser } from '../../application/use-cases/disable-user.ts';
import type { EraseUser } from '../../application/use-cases/erase-user.ts';
import type { ExportRoom } from '../../application/use-cases/export-room.ts';
import type { ExportUser } from '../../application/use-cases/export-user.ts';
import type { FindUser } from '../../application/use-cases/find-user.ts';
import type { ListAllRooms } from '../../application/use-cases/list-all-rooms.ts';
import type { PurgeRoom } from '../../application/use-cases/purge-room.ts';
import type { ResetPassword } from '../../application/use-cases/reset-password.ts';
import type { CreateRoom } from '../../application/use-cases/create-room.ts';
import type { EndSession } from '../../application/use-cases/end-session.ts';
import type { BanUser, LiftSanction, MuteMember } from '../../application/use-cases/impose-sanction.ts';
import type { IndicateTyping } from '../../application/use-cases/indicate-typing.ts';
import type { JoinRoom } from '../../application/use-cases/join-room.ts';
import type { LeaveRoom } from '../../application/use-cases/leave-room.ts';
import type { ListMembers } from '../../application/use-cases/list-members.ts';
import type { ListMyRooms, ListPublicRooms } from '../../application/use-cases/list-rooms.ts';
import type { ListReceipts } from '../../application/use-cases/list-receipts.ts';
import type { ListSanctions } from '../../application/use-cases/list-sanctions.ts';
import type { ListSessions } from '../../application/use-cases/list-sessions.ts';
import type { LogIn } from '../../application/use-cases/log-in.ts';
import type {
  CreateInvite,
  ListInvites,
  ListInviteUses,
  RevealInvite,
  RevokeInvite,
} from '../../application/use-cases/manage-invites.ts';
import type { MarkRead } from '../../application/use-cases/mark-read.ts';
import type { MarkReceipts } from '../../application/use-cases/mark-receipts.ts';
import type { MarkUnread } from '../../application/use-cases/mark-unread.ts';
import type { PreviewInvite } from '../../application/use-cases/preview-invite.ts';
import type { ReadEvents } from '../../application/use-cases/read-events.ts';
import type { ReadHistory } from '../../application/use-cases/read-history.ts';
import type { RefreshSession } from '../../application/use-cases/refresh-session.ts';
import type { RegisterUser } from '../../application/use-cases/register-user.ts';
import type { RemoveMember } from '../../application/use-cases/remove-member.ts';
import type { SendMessage } from '../../application/use-cases/send-message.ts';
import type { SyncRooms } from '../../application/use-cases/sync-rooms.ts';
import type { TrackPresence } from '../../application/use-cases/track-presence.ts';
import type { UpdateRoom } from '../../application/use-cases/update-room.ts';
import type { ViewRoom } from '../../application/use-cases/view-room.ts';
import type { ViewUser } from '../../application/use-cases/view-user.ts';
import type { WatchPresence } from '../../application/use-cases/watch-presence.ts';
import type { ManageWebhooks } from '../../application/use-cases/manage-webhooks.ts';
import type { DeliverWebhooks } from '../../application/webhooks/deliver-webhooks.ts';
import type { RedisLink } from '../../adapters/outbound/redis/redis-link.ts';
import type { SocketRoomBroadcaster } from '../../adapters/outbound/socket/socket-room-broadcaster.ts';
import type { HttpHandlers } from '../../adapters/inbound/http/mount-contract.ts';
import type { Admission } from '../../adapters/inbound/socket/admission.ts';
import type { ConnectionGate } from '../../adapters/inbound/socket/connection-gate.ts';
import type { PrometheusProbe } from '../../adapters/outbound/metrics/prometheus-probe.ts';
import type { Tracing } from '../../adapters/outbound/tracing/open-tracing.ts';
import type { LiveServer } from '../../adapters/wire/live-socket.ts';
import type { Arrivals } from '../../adapters/wire/arrivals.ts';
import type { SocketOutbox } from '../../adapters/wire/socket-outbox.ts';
import type { NetworkServer } from '../lifecycle/network-server.ts';
import type { Config } from '../config/config.ts';
import type { InFlight } from '../lifecycle/in-flight.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import type { HostUsers } from './adapters.ts';
import { token } from './token.ts';

/** Everything the composition root can be asked for. */
export const TOKENS = {
  config: token<Config>('Config'),
  lifecycle: token<Lifecycle>('Lifecycle'),
  inFlight: token<InFlight>('InFlight'),

  clock: token<ports.Clock>('Clock'),
  scheduler: token<ports.Scheduler>('Scheduler'),
  ids: token<ports.IdGenerator>('IdGenerator'),
  logger: token<ports.Logger>('Logger'),
  denylist: token<ports.PasswordDenylist>('PasswordDenylist'),
  hasher: token<ports.PasswordHasher>('PasswordHasher'),
  tokens: token<ports.TokenService>('TokenService'),
  /** Null: nobody but this server says who somebody is. */
  host: token<HostUsers | null>('HostUsers'),
  /** Null: only accounts that are kept here. */
  identityProvider: token<ports.IdentityProvider | null>('IdentityProvider'),
  limiter: token<ports.RateLimiter>('RateLimiter'),
  persistence: token<ports.Persistence>('Persistence'),
  presence: token<ports.PresenceRegistry>('PresenceRegistry'),
  arrivals: token<Arrivals>('Arrivals'),
  outbox: token<SocketOutbox>('SocketOutbox'),
  localBroadcaster: token<SocketRoomBroadcaster>('LocalRoomBroadcaster'),
  broadcaster: token<ports.RoomBroadcaster>('RoomBroadcaster'),
  /** Null on a node that is alone. */
  redis: token<RedisLink | null>('Redis'),
  /** Another one in every life of the process. */
  nodeId: token<string>('NodeId'),
  bus: token<ports.RoomBus>('RoomBus'),
  intake: token<BusIntake>('BusIntake'),
  newcomers: token<Newcomers>('Newcomers'),
  sessionEnds: token<SessionEnds>('SessionEnds'),
  sessionWatch: token<SessionWatch>('SessionWatch'),
  retentionSweep: token<RetentionSweep>('RetentionSweep'),

  memberships: token<MembershipCache>('MembershipCache'),
  access: token<RoomAccess>('RoomAccess'),
  guard: token<SessionGuard>('SessionGuard'),
  external: token<ExternalSessions | null>('ExternalSessions'),
  actionLimits: token<ActionLimits>('ActionLimits'),
  issuer: token<SessionIssuer>('SessionIssuer'),
  passwords: token<PasswordPolicy>('PasswordPolicy'),
  signInLimits: token<SignInLimits>('SignInLimits'),
  feed: token<RoomFeed>('RoomFeed'),
  typing: token<TypingBoard>('TypingBoard'),
  remoteTyping: token<TypingBoard>('RemoteTypingBoard'),
  announcer: token<PresenceAnnouncer>('PresenceAnnouncer'),

  registerUser: token<RegisterUser>('RegisterUser'),
  logIn: token<LogIn>('LogIn'),
  refreshSession: token<RefreshSession>('RefreshSession'),
  endSession: token<EndSession>('EndSession'),
  listSessions: token<ListSessions>('ListSessions'),
  changePassword: token<ChangePassword>('ChangePassword'),
  viewUser: token<ViewUser>('ViewUser'),
  createRoom: token<CreateRoom>('CreateRoom'),
  joinRoom: token<JoinRoom>('JoinRoom'),
  leaveRoom: token<LeaveRoom>('LeaveRoom'),
  viewRoom: token<ViewRoom>('ViewRoom'),
  listMembers: token<ListMembers>('ListMembers'),
  listMyRooms: token<ListMyRooms>('ListMyRooms'),
  listPublicRooms: token<ListPublicRooms>('ListPublicRooms'),
  revealInvite: token<RevealInvite>('RevealInvite'),
  createInvite: token<CreateInvite>('CreateInvite'),
  listInvites: token<ListInvites>('ListInvites'),
  revokeInvite: token<RevokeInvite>('RevokeInvite'),
  listInviteUses: token<ListInviteUses>('ListInviteUses'),
  previewInvite: token<PreviewInvite>('PreviewInvite'),
  moderation: token<Moderation>('Moderation'),
  updateRoom: token<UpdateRoom>('UpdateRoom'),
  changeRole: token<ChangeRole>('ChangeRole'),
  removeMember: token<RemoveMember>('RemoveMember'),
  banUser: token<BanUser>('BanUser'),
  muteMember: token<MuteMember>('MuteMember'),
  liftSanction: token<LiftSanction>('LiftSanction'),
  listSanctions: token<ListSanctions>('ListSanctions'),
  sendMessage: token<SendMessage>('SendMessage'),
  readHistory: token<ReadHistory>('ReadHistory'),
  readEvents: token<ReadEvents>('ReadEvents'),
  syncRooms: token<SyncRooms>('SyncRooms'),
  markUnread: token<MarkUnread>('MarkUnread'),
  listReceipts: token<ListReceipts>('ListReceipts'),
  markReceipts: token<MarkReceipts>('MarkReceipts'),
  markRead: token<MarkRead>('MarkRead'),
  indicateTyping: token<IndicateTyping>('IndicateTyping'),
  trackPresence: token<TrackPresence>('TrackPresence'),
  watchPresence: token<WatchPresence>('WatchPresence'),
  connectDevice: token<ConnectDevice>('ConnectDevice'),

  findUser: token<FindUser>('FindUser'),
  createUser: token<CreateUser>('CreateUser'),
  disableUser: token<DisableUser>('DisableUser'),
  enableUser: token<EnableUser>('EnableUser'),
  eraseUser: token<EraseUser>('EraseUser'),
  listAllRooms: token<ListAllRooms>('ListAllRooms'),
  exportRoom: token<ExportRoom>('ExportRoom'),
  exportUser: token<ExportUser>('ExportUser'),
  purgeRoom: token<PurgeRoom>('PurgeRoom'),
  resetPassword: token<ResetPassword>('ResetPassword'),

  webhookSender: token<ports.WebhookSender>('WebhookSender'),
  deliverWebhooks: token<DeliverWebhooks>('DeliverWebhooks'),
  manageWebhooks: token<ManageWebhooks>('ManageWebhooks'),

  http: token<HttpServer>('HttpServer'),
  admission: token<Admission>('Admission'),
  gate: token<ConnectionGate>('ConnectionGate'),
  /** Null: nobody watches. */
  metrics: token<PrometheusProbe | null>('Metrics'),
  probe: token<ports.Probe>('Probe'),
  tracing: token<Tracing | null>('Tracing'),
  tracer: token<ports.Tracer>('Tracer'),
  /** The same as `metrics`, with what other parts count themselves. */
  readMetrics: token<PrometheusProbe | null>('ReadMetrics'),
  handlers: token<HttpHandlers>('HttpHandlers'),
  app: token<Express>('HttpApp'),
  /** What is served over HTTP besides the contract. */
  sites: token<readonly RequestHandler[]>('Sites'),
  server: token<NetworkServer>('NetworkServer'),
  io: token<LiveServer>('SocketServer'),
};
