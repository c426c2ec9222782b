import type { HttpAnswer } from './http.ts';
import type { Device, Person, Reply } from './person.ts';

/** Sends a message; resolves to the ack. */
export const say = (device: Device, roomId: string, content = 'hello', clientMessageId?: string): Promise<Reply> =>
  device.ask('send_message', { roomId, content, ...(clientMessageId ? { clientMessageId } : {}) });

/** To be matched by a reply. */
export const refused = (code: string) => ({ ok: false, error: { code } });

/** Resolves to 'ok' or to the code of the refusal. */
export async function codeOf(answer: Promise<HttpAnswer>): Promise<string> {
  const { status, body } = await answer;
  return status < 400 ? 'ok' : (body.code as string);
}

export interface LogEvent {
  readonly type: string;
  readonly seq: number;
  readonly userId: string;
}

/** The log of the room, from its beginning. */
export const eventsOf = async (person: Person, roomId: string): Promise<LogEvent[]> =>
  (await person.call('GET', `/api/rooms/${roomId}/events?limit=500`)).body.events as LogEvent[];
