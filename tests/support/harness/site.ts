import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { Person } from './person.ts';
import type { TestServer } from './server.ts';

/** Many times what the bus takes. */
const CARRIED_MS = 300;

export type Start = (env?: Record<string, string>) => Promise<TestServer>;

/** A running server for the tests of one `describe`, and the people who use it. */
export interface Site {
  readonly url: string;
  readonly nodes: number;
  /** What one node has answered holds there at once; the others have heard of it when this resolves. */
  carried(): Promise<void>;
  someone(name?: string): Promise<Person>;
  /** The same, for all tests of the `describe`. */
  lasting(name?: string): Promise<Person>;
  /** As many people in a new room; the first one owns it. */
  room(...names: readonly string[]): Promise<{ roomId: string; people: Person[] }>;
}

/** Starts the server before the first test of the `describe` that calls it; it must stop cleanly after the last. */
export function useSite(start: Start, env?: Record<string, string>): Site {
  let server: TestServer | undefined;
  let people: Person[] = [];
  const staying: Person[] = [];
  const url = () => {
    if (!server) throw new Error('The server is there only while the tests run.');
    return server.url;
  };
  beforeAll(async () => {
    server = await start(env);
  });
  afterEach(() => {
    for (const person of people) person.close();
    people = [];
  });
  afterAll(async () => {
    for (const person of staying) person.close();
    expect(await server?.stop()).toBe(true);
  });
  const someone = async (name?: string) => {
    const person = await Person.register(url(), name);
    people.push(person);
    return person;
  };
  return {
    get url() {
      return url();
    },
    get nodes() {
      return server?.nodes ?? 1;
    },
    carried: () => new Promise((resolve) => setTimeout(resolve, (server?.nodes ?? 1) > 1 ? CARRIED_MS : 0)),
    someone,
    async lasting(name) {
      const person = await Person.register(url(), name);
      staying.push(person);
      return person;
    },
    async room(...names) {
      const members = await Promise.all(names.map((name) => someone(name)));
      const [owner, ...others] = members;
      if (!owner) throw new Error('A room needs somebody who makes it.');
      const roomId = await owner.createRoom();
      await Promise.all(others.map((other) => other.join(roomId)));
      return { roomId, people: members };
    },
  };
}

/** Resolves once the condition holds; looks every few milliseconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += 10) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`did not come true within ${withinMs} ms: ${what}`);
}

/** For what the product says will be at a certain time. */
export async function untilTime(timeMs: number): Promise<void> {
  while (Date.now() < timeMs) await new Promise((resolve) => setTimeout(resolve, Math.max(1, timeMs - Date.now())));
}
