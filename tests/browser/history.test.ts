import { expect, it } from 'vitest';
import { io } from 'socket.io-client';
import { useVisitors } from '../support/browser/use-visitors.ts';
import type { Visitor } from '../support/browser/visitor.ts';

const place = useVisitors();
const MESSAGES = 300;
/** Pixels. */
const TURN = 600;

/** Sends as another device of the visitor, with heights that no estimate gets right. */
async function fill(visitor: Visitor, count: number, prefix = 'number'): Promise<void> {
  const { token, roomId } = await visitor.page.evaluate(() => {
    const account = JSON.parse(localStorage.getItem('parley/account') ?? '{}') as { token: string };
    return { token: account.token, roomId: new URLSearchParams(location.hash.slice(1)).get('room') };
  });
  const socket = io(place.url, { auth: { token }, transports: ['websocket'], forceNew: true });
  for (let number = 1; number <= count; number += 1) {
    const content = `${prefix} ${number}${' and a line\nmore'.repeat(number % 7)}`;
    await socket.timeout(10_000).emitWithAck('send_message', { roomId, content });
  }
  socket.disconnect();
}

interface Sight {
  readonly top: number;
  readonly scrollTop: number;
  readonly first: number;
}

/** Where the row is that was the first one to be seen, and what is above it. */
const look = (visitor: Visitor, seq: number | null): Promise<Sight & { readonly seq: number }> =>
  visitor.page.locator('.timeline').evaluate((box, wanted) => {
    const { top } = box.getBoundingClientRect();
    const rows = [...box.querySelectorAll<HTMLElement>('[data-seq]')];
    const row = rows.find((each) =>
      wanted === null ? each.getBoundingClientRect().bottom > top + 1 : each.dataset['seq'] === String(wanted),
    );
    return {
      seq: Number(row?.dataset['seq']),
      top: (row?.getBoundingClientRect().top ?? 0) - top,
      scrollTop: box.scrollTop,
      first: Number(rows[0]?.dataset['seq']),
    };
  }, seq);

it('scrolls back through a long history without a jump, with the wheel', async () => {
  const ada = await place.arrive('Ada wheel');
  await ada.register();
  await ada.createRoom('Long');
  await fill(ada, MESSAGES);
  await ada.page.reload();
  await ada.message(`number ${MESSAGES} and a line`).or(ada.messages.last()).first().waitFor();
  expect(await ada.messages.last().textContent()).toContain(`number ${MESSAGES}`);

  await ada.page.locator('.timeline').hover();
  const begins = ada.page.getByText('This is where Long begins.');
  let loaded = 0;
  for (let turn = 0; turn < 400; turn += 1) {
    const before = await look(ada, null);
    if (before.scrollTop === 0 && (await begins.count()) > 0) break;
    await ada.page.mouse.wheel(0, -TURN);
    // Two frames: one for what the wheel did, one for what came of it.
    await ada.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const after = await look(ada, before.seq);
    if (after.first < before.first) loaded += 1;
    // The row went down by what the wheel turned, or not as far where the list begins; never anywhere else.
    expect(after.top - before.top).toBeGreaterThanOrEqual(-2);
    expect(after.top - before.top).toBeLessThanOrEqual(TURN + 2);
  }
  expect(loaded).toBeGreaterThanOrEqual(4);
  await begins.waitFor();
  const numbers = (await ada.texts()).map((text) => Number(/^number (\d+)/.exec(text)?.[1]));
  expect(numbers).toEqual(Array.from({ length: MESSAGES }, (_, index) => index + 1));
});

it('keeps the row where it is when older messages come in by the button, and when new ones come', async () => {
  const [ada, ben] = await place.pair('Anchors');
  await fill(ada, 120);
  await ben.page.reload();
  await ben.messages.last().waitFor();
  const timeline = ben.page.locator('.timeline');
  await timeline.evaluate((box) => (box.scrollTop = box.scrollHeight / 2));
  await ben.page.getByRole('button', { name: 'Latest' }).waitFor();
  const before = await look(ben, null);

  await ada.say('did you see this?');
  await ben.page.getByRole('button', { name: '1 new message' }).waitFor();
  const after = await look(ben, before.seq);
  expect(Math.abs(after.top - before.top)).toBeLessThanOrEqual(2);
  // Who reads something else has not read it.
  await expect.poll(() => ada.message('did you see this?').locator('.mark .unseen').textContent()).toBe('Delivered');

  const older = ben.page.getByRole('button', { name: 'Show earlier messages' });
  if (await older.count()) {
    await older.evaluate((button) => (button as HTMLButtonElement).click());
    await expect.poll(async () => (await look(ben, before.seq)).first).toBeLessThan(before.first);
    expect(Math.abs((await look(ben, before.seq)).top - before.top)).toBeLessThanOrEqual(2);
  }

  await ben.page.getByRole('button', { name: '1 new message' }).click();
  await expect.poll(() => ada.message('did you see this?').locator('.mark .unseen').textContent()).toBe('Read');
  await expect.poll(() => ben.page.locator('.to-end').count()).toBe(0);
});
