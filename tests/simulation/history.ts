import type { RoomEntry } from '../../src/domain/room/room-entry.ts';

/** The watermarks of one membership, as a commit left them; null when the commit ended it. */
export interface MemberState {
  readonly roomId: string;
  readonly userId: string;
  readonly marks: {
    readonly deliveredSeq: number;
    readonly readSeq: number;
    readonly unreadFromSeq: number | null;
  } | null;
}

/** What happened, in the order in which it happened. */
export type Fact =
  | { readonly kind: 'committed'; readonly entries: readonly RoomEntry[]; readonly members: readonly MemberState[] }
  /** A client began a send or repeats one. `via` names the connection, or is null for a request of its own. */
  | {
      readonly kind: 'send';
      readonly client: string;
      readonly roomId: string;
      readonly userId: string;
      readonly key: string;
      readonly content: string;
      readonly attempt: number;
      readonly via: string | null;
    }
  | {
      readonly kind: 'acked';
      readonly client: string;
      readonly roomId: string;
      readonly userId: string;
      readonly key: string;
      readonly id: string;
      readonly seq: number;
      readonly attempt: number;
    }
  /** `definite`: the server has said that it did not store this. */
  | {
      readonly kind: 'refused';
      readonly roomId: string;
      readonly userId: string;
      readonly key: string;
      readonly code: string;
      readonly definite: boolean;
      readonly attempt: number;
    }
  /** A node wrote an entry to a socket. */
  | {
      readonly kind: 'pushed';
      readonly node: string;
      readonly connection: string;
      readonly userId: string;
      readonly roomId: string;
      readonly seq: number;
      readonly id: string;
    }
  /** A client that considers itself in the room took a push of it from its connection. */
  | {
      readonly kind: 'heard';
      readonly connection: string;
      readonly userId: string;
      readonly roomId: string;
      readonly seq: number;
      readonly id: string;
    }
  | {
      readonly kind: 'told-receipt';
      readonly connection: string;
      readonly roomId: string;
      readonly userId: string;
      readonly receipt: 'read' | 'delivered';
      readonly seq: number;
    }
  | {
      readonly kind: 'marks-acked';
      readonly roomId: string;
      readonly userId: string;
      readonly asked: { readonly deliveredSeq: number; readonly readSeq: number };
      readonly deliveredSeq: number;
      readonly readSeq: number;
    }
  /** An answer to "my rooms". `sinceMs`: when it was asked for. */
  | {
      readonly kind: 'summary';
      readonly roomId: string;
      readonly userId: string;
      readonly headSeq: number;
      readonly readSeq: number;
      readonly unreadCount: number;
      readonly sinceMs: number;
    }
  /** A page of the log or of its messages that a client was given. */
  | {
      readonly kind: 'page';
      readonly roomId: string;
      readonly seqs: readonly number[];
      readonly what: 'events' | 'messages';
    }
  | { readonly kind: 'connected'; readonly connection: string; readonly userId: string; readonly node: string }
  | { readonly kind: 'disconnected'; readonly connection: string; readonly userId: string }
  /** From now on the client's view of the room lives on pushes. */
  | {
      readonly kind: 'live';
      readonly client: string;
      readonly userId: string;
      readonly connection: string;
      readonly roomId: string;
      /** Where the view stands. */
      readonly seq: number;
    }
  | { readonly kind: 'not-live'; readonly connection: string; readonly roomId: string }
  /** The client's view of the room now holds this entry. */
  | {
      readonly kind: 'applied';
      readonly client: string;
      readonly roomId: string;
      readonly seq: number;
    }
  | { readonly kind: 'creation-lost'; readonly userId: string }
  | { readonly kind: 'fault'; readonly what: string }
  | { readonly kind: 'healed' };

export type Timed<F = Fact> = F & { readonly atMs: number };

/** One client's picture of one room at the end. */
export interface FinalView {
  readonly client: string;
  readonly userId: string;
  readonly roomId: string;
  /** The view starts after this position: a snapshot told the state up to it. */
  readonly baseSeq: number;
  readonly ids: readonly string[];
}

export interface History {
  readonly facts: readonly Timed[];
  /** What is in the database at the end, by room, ascending by seq. */
  readonly log: ReadonlyMap<string, readonly RoomEntry[]>;
  readonly members: readonly { readonly roomId: string; readonly userId: string }[];
  readonly clients: readonly { readonly name: string; readonly userId: string; readonly isConnected: boolean }[];
  readonly views: readonly FinalView[];
  /** Whether connections kept the order of frames, and lost none while they lasted. */
  readonly framesInOrder: boolean;
  /** Sends that no client had an answer to at the end. */
  readonly unanswered: readonly string[];
  readonly endMs: number;
}

export class Recorder {
  readonly facts: Timed[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  note(fact: Fact): void {
    this.facts.push({ ...fact, atMs: this.#nowMs() });
  }
}
