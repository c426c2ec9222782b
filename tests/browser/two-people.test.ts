import { describe, expect, it } from 'vitest';
import { useVisitors } from '../support/browser/use-visitors.ts';
import type { Visitor } from '../support/browser/visitor.ts';

const place = useVisitors();

const markOf = (visitor: Visitor, text: string) => visitor.message(text).locator('.mark .unseen').textContent();
const members = (visitor: Visitor) => visitor.page.getByRole('region', { name: 'Members' });

describe('two people', () => {
  it('register, meet by a link that is for one room, and talk', async () => {
    const [ada, ben] = await Promise.all([place.arrive('Ada'), place.arrive('Ben')]);
    await ada.register();
    await ada.page.getByRole('heading', { name: 'Hello, Ada' }).waitFor();
    await ada.createRoom('Engine room');
    await ada.page.getByText('You are the first one here').waitFor();
    const link = await ada.inviteLink();
    expect(link).toMatch(/\/#invite=[\w-]+$/);

    // The invite is not lost on the way through the account.
    await ben.page.goto(link);
    await ben.page.getByText('You are invited to a room.').waitFor();
    await ben.register();
    await ben.page.getByRole('dialog', { name: 'Join Engine room?' }).waitFor();
    await ben.page.getByText('private room with 1 member').waitFor();
    await ben.page.getByRole('button', { name: 'Join room' }).click();
    await ben.page.getByRole('heading', { level: 2, name: 'Engine room', exact: true }).waitFor();
    expect(ben.page.url()).not.toContain('invite');

    await ada.say('Good morning');
    await ben.message('Good morning').waitFor();
    await ben.say('And to you');
    await ada.message('And to you').waitFor();
    expect(await ada.texts()).toEqual(['Good morning', 'And to you']);
    expect(await ben.texts()).toEqual(['Good morning', 'And to you']);
    // The other one's name is written, the own one only read out.
    await ada.message('And to you').getByText('Ben', { exact: true }).waitFor();
  });

  it('see each other type, read, come and go', async () => {
    const [ada, ben] = await place.pair('Marks');
    await members(ada).getByRole('region', { name: 'Online' }).getByText('Ben Marks').waitFor();

    await ben.composer.pressSequentially('hm');
    await expect.poll(() => ada.page.getByTestId('typing').textContent()).toBe('Ben Marks is typing');
    await ben.composer.fill('');
    await expect.poll(() => ada.page.getByTestId('typing').textContent()).toBe('');

    await ada.say('read at once');
    await expect.poll(() => markOf(ada, 'read at once')).toBe('Read');

    // A window that nobody looks at reads nothing.
    await ben.page.evaluate(() => void (document.hasFocus = () => false));
    await ada.say('read later');
    await expect.poll(() => markOf(ada, 'read later')).toBe('Delivered');
    await ben.page.getByRole('link', { name: 'Marks' }).getByText('1 unread').waitFor();
    await ben.page.evaluate(() => {
      document.hasFocus = () => true;
      dispatchEvent(new Event('focus'));
    });
    await expect.poll(() => markOf(ada, 'read later')).toBe('Read');

    // In another room a message is delivered, and counted, and not read.
    await ben.createRoom('Elsewhere');
    await ada.say('delivered only');
    await expect.poll(() => markOf(ada, 'delivered only')).toBe('Delivered');
    const link = ben.page.getByRole('link', { name: 'Marks' });
    await link.getByText('1 unread').waitFor();
    await expect.poll(() => ben.page.title()).toBe('(1) Elsewhere · Parley');
    await ben.openRoom('Marks');
    await expect.poll(() => markOf(ada, 'delivered only')).toBe('Read');
    await ben.page
      .locator('li:has(.message)', { has: ben.page.locator('.divider') })
      .getByText('delivered only')
      .waitFor();
    expect(await link.getByText('unread').count()).toBe(0);

    await ben.page.close();
    const offline = members(ada).getByRole('region', { name: 'Offline' });
    await offline.getByText('Ben Marks').waitFor();
    await offline.getByText('last seen just now').waitFor();
    await ada.page.getByText('Ben Marks · last seen just now').waitFor();
    await ada.say('nobody there');
    await expect.poll(() => markOf(ada, 'nobody there')).toBe('Sent');
  });

  it('keep their place over a reload, and leave no account behind when they log out', async () => {
    const [ada, ben] = await place.pair('Places');
    await ben.say('still here?');
    await ada.message('still here?').waitFor();
    await ada.page.reload();
    await ada.message('still here?').waitFor();
    await ada.page.getByRole('button', { name: 'Log out' }).click();
    await ada.page.getByRole('heading', { name: 'Create your account' }).waitFor();
    expect(await ada.page.evaluate(() => localStorage.length)).toBe(0);

    await ada.page.getByRole('button', { name: 'Log in' }).click();
    ada.expected = /status of 401/;
    await ada.page.getByLabel('Email').fill(ada.email);
    await ada.page.getByLabel('Password').fill('another password');
    await ada.page.getByRole('button', { name: 'Log in' }).click();
    await ada.page.getByRole('alert').waitFor();
    await ada.page.getByLabel('Password').fill('a long enough password');
    await ada.page.getByRole('button', { name: 'Log in' }).click();
    await ada.message('still here?').waitFor();
  });

  it('write what they like, which is text and never a part of the page', async () => {
    const [ada, ben] = await place.pair('Texts');
    const texts = [
      '<img src=x onerror="document.title=\'owned\'">',
      '<b>bold</b> & &lt;i&gt;',
      'two\nlines',
      '🧑🏽‍🚀 שלום',
    ];
    for (const text of texts) await ada.say(text);
    await expect.poll(() => ben.texts()).toEqual(texts);
    expect(await ben.page.locator('.entries img, .entries b').count()).toBe(0);
    expect(await ben.page.title()).toBe('Texts · Parley');
  });
});
