import { Account, OwnProfile, PublicProfile, Session, SignedIn } from '../schemas/accounts.ts';
import { ErrorCode, Problem, WireError } from '../schemas/common.ts';
import { Watermarks } from '../schemas/live.ts';
import { EventsPage, HistoryPage, LogEvent, Message, RoomEvent, SyncReply, SyncRequest } from '../schemas/messages.ts';
import { Invite, Member, Room, RoomSnapshot, RoomSummary } from '../schemas/rooms.ts';
import type { Components } from './components.ts';

const MODELS = {
  Account,
  ErrorCode,
  EventsPage,
  HistoryPage,
  Invite,
  LogEvent,
  Member,
  Message,
  OwnProfile,
  Problem,
  PublicProfile,
  Room,
  RoomEvent,
  RoomSnapshot,
  RoomSummary,
  Session,
  SignedIn,
  SyncReply,
  SyncRequest,
  Watermarks,
  WireError,
};

/** Models that appear inside others keep their names wherever they appear. */
export function nameModels(components: Components): void {
  for (const [name, model] of Object.entries(MODELS)) components.ref(model, name);
}
