import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { describe, expect, it } from 'vitest';
import { useVisitors } from '../support/browser/use-visitors.ts';
import type { Visitor } from '../support/browser/visitor.ts';

const place = useVisitors();
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What is wrong, in words; the rules are those of WCAG 2.2 A and AA, and what axe knows of good practice. */
async function violations(visitor: Visitor): Promise<string[]> {
  await visitor.page.evaluate(AXE);
  const { violations: found } = await visitor.page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return found.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** What can be used and is not wholly inside of what it is in: the screen, a list, a dialog. */
const hiddenBeside = (visitor: Visitor): Promise<string[]> =>
  visitor.page.evaluate(() => {
    const isOutside = (element: Element) => {
      const around = element.closest('dialog > div, .sidebar, .members, .conversation') ?? document.body;
      const [inner, outer] = [element.getBoundingClientRect(), around.getBoundingClientRect()];
      return inner.width > 0 && (inner.right > outer.right + 1 || inner.left < outer.left - 1);
    };
    return [...document.querySelectorAll('button, a, input, textarea, .bubble')]
      .filter(isOutside)
      .map(({ outerHTML }) => outerHTML.slice(0, 120));
  });

const sizes = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 800 } };
const cases = (['light', 'dark'] as const).flatMap((colorScheme) =>
  (['phone', 'desk'] as const).map((size) => ({ colorScheme, size })),
);

describe.each(cases)('in $colorScheme on a $size', ({ colorScheme, size }) => {
  it('every state is one that a checker has nothing to say about', async () => {
    const options = { colorScheme, viewport: sizes[size], reducedMotion: 'reduce' } as const;
    const name = `${colorScheme} ${size}`;
    const ada = await place.arrive(`Ada ${name}`, options);
    const ben = await place.arrive(`Ben ${name}`, options);
    expect(await violations(ada), 'signing in').toEqual([]);
    await Promise.all([ada.register(), ben.register()]);
    expect(await violations(ada), 'no rooms').toEqual([]);
    await ada.page.getByRole('button', { name: 'New room' }).first().click();
    expect(await violations(ada), 'a new room').toEqual([]);
    await ada.page.keyboard.press('Escape');
    const longName = `A room with ${'a name that needs its place, '.repeat(3)}in ${colorScheme}, on a ${size}`;
    await ada.createRoom(longName, 'Public');
    await ben.page.getByRole('button', { name: 'Join a room' }).first().click();
    await ben.page.getByText(longName).waitFor();
    expect(await violations(ben), 'joining').toEqual([]);
    expect(await hiddenBeside(ben)).toEqual([]);
    await ben.page.keyboard.press('Escape');
    if (size === 'phone') await ada.page.getByRole('link', { name: 'Back to all rooms' }).click();
    await ada.createRoom(name);
    expect(await violations(ada), 'an empty room').toEqual([]);
    const link = await ada.inviteLink();
    await ben.page.goto(link);
    await ben.page.getByRole('button', { name: 'Join room' }).waitFor();
    expect(await violations(ben), 'an invite').toEqual([]);
    await ben.page.getByRole('button', { name: 'Join room' }).click();
    await ben.composer.waitFor();
    for (const visitor of [ada, ben]) await visitor.say(`I am ${visitor.name}`);
    await ada.message(`I am ${ben.name}`).waitFor();
    await ben.composer.fill('typing');
    await ada.page.getByText('is typing').waitFor();
    expect(await violations(ada), 'a conversation').toEqual([]);
    expect(await hiddenBeside(ada)).toEqual([]);
    if (size === 'phone') {
      await ada.page.getByRole('link', { name: 'Back to all rooms' }).click();
      expect(await hiddenBeside(ada)).toEqual([]);
      await ada.openRoom(name);
    }
    if (size === 'phone') await ada.page.getByRole('button', { name: 'Members', exact: true }).click();
    await ada.page.getByRole('region', { name: 'Members' }).waitFor();
    expect(await violations(ada), 'the members').toEqual([]);
    ada.expected = /net::ERR_|WebSocket/;
    ben.expected = ada.expected;
    await ben.page.keyboard.press('Enter');
    place.link.cut();
    await ada.page.getByText('No connection.').waitFor();
    expect(await ada.page.locator('.conversation-title p').textContent()).toBe(ben.name);
    await ada.composer.waitFor({ state: 'attached' });
    expect(await violations(ada), 'without a connection').toEqual([]);
  });
});
