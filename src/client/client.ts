import { Chat } from './chat.ts';
import type { ChatOptions } from './session.ts';
import { realSurroundings } from './real-surroundings.ts';

export interface ConnectOptions extends ChatOptions {
  /** Where the server is: `https://chat.example.com`. */
  readonly url: string;
}

/**
 * Signs in and stays connected until `close`. Resolves when the user is signed in, however often that takes to try;
 * rejects when trying cannot help, with a token that is refused for example. @throws ChatError
 */
export async function connect({ url, ...options }: ConnectOptions): Promise<Chat> {
  const chat = new Chat(options, realSurroundings(url));
  await chat.start();
  return chat;
}

export type { Chat, ChatOptions };
export { ChatError, type ChatErrorCode } from './chat-error.ts';
export type { ChatEvents } from './chat-events.ts';
export type { Outcome } from './courier.ts';
export type { ConnectionState } from './link.ts';
export type { Outgoing, Sending } from './outbox.ts';
export type { OutgoingMessage, Storage } from './outbox-store.ts';
export type { Route, RouteInput, RouteReply } from './rest.ts';
export type { TokenSource, TokenWanted } from './token-keeper.ts';
export type { JoinRequest, LogEntry, Message, RoomEvent, Sent, Snapshot } from './wire-types.ts';
