import { expect, it } from 'vitest';
import { useVisitors } from '../support/browser/use-visitors.ts';
import type { Visitor } from '../support/browser/visitor.ts';

const place = useVisitors();
const NETWORK = /net::ERR_|WebSocket|Failed to load resource/;

const pendingOf = (visitor: Visitor) => visitor.page.locator('[data-pending]');

async function noteOf(visitor: Visitor): Promise<string> {
  const note = visitor.page.getByRole('status').filter({ hasText: 'No connection' });
  await note.waitFor();
  return (await note.textContent()) ?? '';
}

it('comes back without losing, doubling or changing the order of anything', async () => {
  const [ada, ben] = await place.pair('Tunnel');
  ada.expected = ben.expected = NETWORK;
  await ada.say('before');
  await ben.message('before').waitFor();

  await ada.context.setOffline(true);
  place.link.cut();
  expect(await noteOf(ada)).toContain('is sent when it is back');
  const written = ['one', 'two', 'three'];
  for (const text of written) await ada.say(text);
  await ben.say('from the other side');
  await expect.poll(() => pendingOf(ada).count()).toBe(3);
  await expect.poll(() => pendingOf(ada).first().textContent()).toContain('Waiting for the network');

  place.link.heal();
  await ada.context.setOffline(false);
  for (const visitor of [ada, ben]) {
    await expect.poll(async () => (await visitor.texts()).length, { timeout: 30_000 }).toBe(5);
    await expect.poll(() => pendingOf(visitor).count()).toBe(0);
    await expect.poll(() => visitor.page.getByText('No connection').count()).toBe(0);
  }
  expect(await ada.texts()).toEqual(await ben.texts());
  expect((await ada.texts()).filter((text) => written.includes(text))).toEqual(written);
  // Once more from the server, which knows best.
  await ada.page.reload();
  await ada.message('three').waitFor();
  expect(await ada.texts()).toEqual(await ben.texts());
});

it('does not send twice what the server has stored and could not answer', async () => {
  const [ada, ben] = await place.pair('Half open');
  ada.expected = ben.expected = NETWORK;
  for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) {
    await ada.say(text);
    // Some of these are cut before they arrive, some before their answer does.
    place.link.reset();
  }
  for (const visitor of [ada, ben]) {
    await expect.poll(() => visitor.texts(), { timeout: 30_000 }).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  }
  await expect.poll(() => pendingOf(ada).count()).toBe(0);
});

it('keeps what is not sent over a reload', async () => {
  const [ada, ben] = await place.pair('Reload');
  ada.expected = ben.expected = NETWORK;
  place.link.cut();
  await noteOf(ada);
  await ada.say('written in the dark');
  await ada.say('and this');
  await expect.poll(() => pendingOf(ada).count()).toBe(2);
  // As from a cache: the page can be loaded, and nothing else.
  await ada.page.route(/\/(assets\/.*)?$/, async (route) => {
    const { pathname } = new URL(route.request().url());
    await route.fulfill({ response: await route.fetch({ url: `${place.direct}${pathname}` }) });
  });
  await ada.page.reload();
  await ada.page.getByText('Connecting…').waitFor();
  place.link.heal();
  // As browsers do when the network is back: else the next attempt may be half a minute away.
  await ada.page.evaluate(() => dispatchEvent(new Event('online')));
  for (const visitor of [ada, ben]) {
    await expect.poll(() => visitor.texts(), { timeout: 30_000 }).toEqual(['written in the dark', 'and this']);
  }
  await expect.poll(() => pendingOf(ada).count()).toBe(0);
});
