import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { faultProxy, type FaultProxy } from '../harness/fault-proxy.ts';
import { startServer, type TestServer } from '../harness/server.ts';
import { launchBrowser } from './launch-browser.ts';
import { Visitor, type VisitorOptions } from './visitor.ts';

export interface Place {
  /** Of the page and everything it asks for, through `link`. */
  readonly url: string;
  readonly link: FaultProxy;
  /** The same server, not through `link`. */
  readonly direct: string;
  arrive(name: string, options?: Omit<VisitorOptions, 'name'>): Promise<Visitor>;
  /** Two people in one private room, who came in as people do. */
  pair(room: string): Promise<[Visitor, Visitor]>;
}

/** A server and a browser for the tests of a file. No test may end with a complaint of a browser. */
export function useVisitors(env: Record<string, string> = {}): Place {
  let server: TestServer | undefined;
  let browser: Browser | undefined;
  let link: FaultProxy | undefined;
  let visitors: Visitor[] = [];
  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer({ DEMO_PAGE: 'on', ...env }), launchBrowser()]);
    link = await faultProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
  });
  afterEach(async () => {
    link?.heal();
    const leaving = visitors;
    visitors = [];
    await Promise.all(leaving.map((visitor) => visitor.close()));
    for (const { name, complaints } of leaving) expect(complaints, name).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await link?.close();
    expect(await server?.stop()).toBe(true);
  });
  const place: Place = {
    get url() {
      return `http://127.0.0.1:${place.link.port}`;
    },
    get direct() {
      return server?.url ?? '';
    },
    get link() {
      if (!link) throw new Error('The server is there only while the tests run.');
      return link;
    },
    async arrive(name, options = {}) {
      if (!browser) throw new Error('The browser is there only while the tests run.');
      const visitor = await Visitor.arrive(browser, place.url, { name, ...options });
      visitors.push(visitor);
      return visitor;
    },
    async pair(room) {
      const [ada, ben] = await Promise.all([place.arrive(`Ada ${room}`), place.arrive(`Ben ${room}`)]);
      await Promise.all([ada.register(), ben.register()]);
      await ada.createRoom(room);
      await ben.accept(await ada.inviteLink());
      return [ada, ben];
    },
  };
  return place;
}
