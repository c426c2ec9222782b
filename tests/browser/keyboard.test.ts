import { expect, it } from 'vitest';
import { useVisitors } from '../support/browser/use-visitors.ts';
import type { Visitor } from '../support/browser/visitor.ts';

const place = useVisitors();

/** What has the focus, by its name and whether that is to be seen. */
const focus = ({ page }: Visitor): Promise<{ name: string; isSeen: boolean }> =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    if (!(element instanceof HTMLElement)) return { name: '', isSeen: false };
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
    const name =
      element.getAttribute('aria-label') ??
      (labels.map(({ textContent }) => textContent).join() || element.textContent);
    const around = element.closest('.composer-box, .choice') ?? element;
    const { outlineStyle, boxShadow } = getComputedStyle(around);
    return { name: name?.trim() ?? '', isSeen: outlineStyle !== 'none' || boxShadow !== 'none' };
  });

/** Goes on with Tab until there; everything on the way shows that it has the focus. */
async function tabTo(visitor: Visitor, name: string | RegExp, key = 'Tab'): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 40; presses += 1) {
    await visitor.page.keyboard.press(key);
    const at = await focus(visitor);
    if (at.name !== '') expect(at, at.name).toMatchObject({ isSeen: true });
    if (typeof name === 'string' ? at.name === name : name.test(at.name)) return;
    passed.push(at.name);
  }
  throw new Error(`No way to ${String(name)} with ${key}; passed: ${passed.join(', ')}`);
}

const type = (visitor: Visitor, text: string) => visitor.page.keyboard.type(text);
const press = (visitor: Visitor, key: string) => visitor.page.keyboard.press(key);

it('everything can be done with the keyboard alone', async () => {
  const ada = await place.arrive('Ada');
  await tabTo(ada, 'Name');
  await type(ada, 'Ada Keys');
  await tabTo(ada, 'Email');
  await type(ada, 'ada.keys@example.com');
  await tabTo(ada, 'Password');
  await type(ada, 'a long enough password');
  await press(ada, 'Enter');
  await ada.page.getByRole('heading', { name: 'Hello, Ada Keys' }).waitFor();

  await tabTo(ada, 'New room');
  await press(ada, 'Enter');
  await ada.page.getByRole('dialog', { name: 'New room' }).waitFor();
  expect((await focus(ada)).name).toBe('Name');
  await press(ada, 'Escape');
  await expect.poll(() => ada.page.getByRole('dialog').count()).toBe(0);
  await expect.poll(async () => (await focus(ada)).name).toBe('New room');
  await press(ada, 'Enter');
  await ada.page.getByRole('dialog', { name: 'New room' }).waitFor();
  await type(ada, 'Keys');
  await tabTo(ada, /^Private/);
  await press(ada, 'ArrowDown');
  await expect.poll(() => ada.page.getByRole('radio', { name: 'Public' }).isChecked()).toBe(true);
  await press(ada, 'ArrowUp');
  await tabTo(ada, 'Create room');
  await press(ada, 'Enter');
  await ada.page.getByRole('heading', { level: 2, name: 'Keys', exact: true }).waitFor();

  // Whoever opens a room wants to write in it.
  await expect.poll(async () => (await focus(ada)).name).toBe('Message to Keys');
  await type(ada, 'one line');
  await press(ada, 'Shift+Enter');
  await type(ada, 'another');
  await press(ada, 'Enter');
  await expect.poll(() => ada.texts()).toEqual(['one line\nanother']);
  expect((await focus(ada)).name).toBe('Message to Keys');

  await tabTo(ada, 'Invite', 'Shift+Tab');
  await press(ada, 'Enter');
  await ada.page.locator('button:enabled', { hasText: 'Copy link' }).waitFor();
  const link = await ada.page.getByLabel('Invite link').inputValue();
  await press(ada, 'Escape');

  const ben = await place.arrive('Ben');
  await ben.register();
  await tabTo(ben, 'Join a room');
  await press(ben, 'Enter');
  await ben.page.getByRole('dialog', { name: 'Join a room' }).waitFor();
  await type(ben, link);
  await press(ben, 'Enter');
  await ben.composer.waitFor();
  await ben.message('one line\nanother').waitFor();
  await type(ben, 'found it');
  await press(ben, 'Enter');

  // What a screen reader is told of it: who and what.
  await expect.poll(() => ada.page.getByTestId('announcer').textContent()).toBe('Ben: found it');
  await tabTo(ada, /^Messages in Keys/, 'Tab');
  await tabTo(ada, 'Log out', 'Shift+Tab');
  await press(ada, 'Enter');
  await ada.page.getByRole('heading', { name: 'Create your account' }).waitFor();
});

it('reads out at most one thing a second, however much comes', async () => {
  const [ada, ben] = await place.pair('Crowd');
  await ada.page.getByTestId('announcer').evaluate((region) => {
    const said: { atMs: number; text: string }[] = [];
    Object.assign(globalThis, { said });
    new MutationObserver(() => said.push({ atMs: performance.now(), text: region.textContent ?? '' })).observe(region, {
      ...{ childList: true, characterData: true, subtree: true },
    });
  });
  for (let number = 1; number <= 12; number += 1) await ben.say(`number ${number}`);
  await ada.message('number 12').waitFor();
  const said = () =>
    ada.page.evaluate(() => (globalThis as unknown as { said: { atMs: number; text: string }[] }).said);
  await expect.poll(async () => (await said()).length).toBeGreaterThanOrEqual(2);
  const times = (await said()).map(({ atMs }) => atMs);
  // A timer of a second may be early by the clock's grain.
  for (const [index, atMs] of times.slice(1).entries()) expect(atMs - (times[index] ?? 0)).toBeGreaterThan(990);
  expect((await said()).map(({ text }) => text).some((text) => /^\d+ new messages$/.test(text))).toBe(true);
});
