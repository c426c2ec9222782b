import type { Heard } from '../../src/adapters/outbound/memory/in-memory-room-broadcaster.ts';
import type { RoomSnapshot } from '../../src/application/use-cases/view-room.ts';
import { isMessage, type MessageEntry, type RoomEntry } from '../../src/domain/room/room-entry.ts';

interface MemberState {
  readonly role: string;
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

/** What a screen shows of a room. Two views of one moment are equal. */
export interface Shown {
  readonly members: Readonly<Record<string, MemberState>>;
  readonly messages: readonly { readonly seq: number; readonly id: string; readonly content: string }[];
}

/**
 * A client's copy of a room: a snapshot, and whatever is pushed from then on. It asks for nothing else, so a push that
 * is lost, doubled or in the wrong place shows.
 */
export class RoomView {
  #position: number;
  readonly #roles = new Map<string, { readonly role: string; readonly sinceSeq: number }>();
  readonly #marks = new Map<string, { deliveredSeq: number; readSeq: number }>();
  readonly #messages: Map<number, MessageEntry>;

  /** `messages` are those up to the place of the snapshot. */
  constructor(snapshot: RoomSnapshot, messages: readonly MessageEntry[]) {
    this.#position = snapshot.headSeq;
    this.#messages = new Map(messages.map((message) => [message.seq, message]));
    for (const { userId, role, deliveredSeq, readSeq } of snapshot.members) {
      this.#roles.set(userId, { role, sinceSeq: 0 });
      this.#mark(userId, deliveredSeq, readSeq);
    }
  }

  apply(heard: Heard): void {
    if (heard.event === 'entry') this.#applyEntry(heard.entry);
    if (heard.event !== 'receipt') return;
    const { kind, userId, seq } = heard.change;
    this.#mark(userId, seq, kind === 'read' ? seq : 0);
  }

  show(): Shown {
    const members = [...this.#roles].map(([userId, { role, sinceSeq }]) => {
      const { deliveredSeq = 0, readSeq = 0 } = this.#marks.get(userId) ?? {};
      // Whoever joins has, by that, everything up to there.
      return [userId, { role, deliveredSeq: Math.max(deliveredSeq, sinceSeq), readSeq: Math.max(readSeq, sinceSeq) }];
    });
    return { members: Object.fromEntries(members) as Shown['members'], messages: shown([...this.#messages.values()]) };
  }

  /** What was in the snapshot already, or was pushed before, changes nothing. */
  #applyEntry(entry: RoomEntry): void {
    if (entry.seq <= this.#position) return;
    this.#position = entry.seq;
    if (isMessage(entry)) this.#messages.set(entry.seq, entry);
    else if (entry.type === 'member_joined') this.#roles.set(entry.userId, { role: entry.role, sinceSeq: entry.seq });
    else if (entry.type === 'messages_erased') this.#erase(entry);
    else if (entry.type === 'member_left') this.#roles.delete(entry.userId);
  }

  #erase({ userId, fromSeq, toSeq }: Extract<RoomEntry, { type: 'messages_erased' }>): void {
    for (const [seq, message] of this.#messages) {
      const isOf = userId === null || userId === message.actorId;
      if (isOf && seq >= fromSeq && seq <= toSeq) this.#messages.set(seq, { ...message, content: '' });
    }
  }

  /** Watermarks only rise, so the order in which they are told does not matter. */
  #mark(userId: string, deliveredSeq: number, readSeq: number): void {
    const known = this.#marks.get(userId) ?? { deliveredSeq: 0, readSeq: 0 };
    this.#marks.set(userId, {
      deliveredSeq: Math.max(known.deliveredSeq, deliveredSeq),
      readSeq: Math.max(known.readSeq, readSeq),
    });
  }
}

/** The same of what is stored, without any push. */
export function showStored(snapshot: RoomSnapshot, messages: readonly MessageEntry[]): Shown {
  const members = snapshot.members.map(({ userId, role, deliveredSeq, readSeq }) => [
    userId,
    { role, deliveredSeq, readSeq },
  ]);
  return { members: Object.fromEntries(members) as Shown['members'], messages: shown(messages) };
}

const shown = (messages: readonly MessageEntry[]) =>
  messages.toSorted((one, other) => one.seq - other.seq).map(({ seq, id, content }) => ({ seq, id, content }));
