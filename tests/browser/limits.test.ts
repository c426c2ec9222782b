import { describe, expect, it } from 'vitest';
import { useVisitors } from '../support/browser/use-visitors.ts';

describe('a limit', () => {
  const place = useVisitors({ MESSAGE_RATE_LIMIT: '3/4s' });

  it('is said, and what is too much is sent by itself a little later', async () => {
    const [ada, ben] = await place.pair('Limits');
    const texts = ['1', '2', '3', '4', '5'];
    for (const text of texts) await ada.say(text);
    const notice = ada.page.getByRole('status').filter({ hasText: 'That was fast for this room' });
    await notice.waitFor();
    expect(await notice.textContent()).toContain('Nothing is lost');
    await ada.page.getByText(/^Sent again in \d s$/).waitFor();
    await expect.poll(() => ben.texts(), { timeout: 30_000 }).toEqual(texts);
    await expect.poll(() => ada.page.locator('[data-pending]').count()).toBe(0);
    expect(await ada.texts()).toEqual(texts);
    await expect.poll(() => notice.count()).toBe(0);
  });
});

describe('a mistake', () => {
  const place = useVisitors();

  it('is said where it was made', async () => {
    const ada = await place.arrive('Ada');
    const ben = await place.arrive('Ada again');
    await ada.register();
    ben.expected = /status of 4\d\d/;
    const name = ben.page.getByLabel('Name', { exact: true });
    await name.fill('Ada');
    await ben.page.getByLabel('Email').fill('ada.again@example.com');
    await ben.page.getByLabel('Password').fill('a long enough password');
    await ben.page.getByRole('button', { name: 'Create account' }).click();
    await expect.poll(() => name.getAttribute('aria-invalid')).toBe('true');
    const note = await name.getAttribute('aria-describedby');
    expect(await ben.page.locator(`[id="${note}"]`).textContent()).toMatch(/taken|use/i);
    await name.fill('Ada again');
    await ben.page.getByRole('button', { name: 'Create account' }).click();
    await ben.page.getByRole('heading', { name: 'Hello, Ada again' }).waitFor();

    await ben.page.goto(`${place.url}/#invite=no-such-code`);
    await ben.page.getByRole('dialog', { name: 'This invite does not work' }).getByRole('alert').waitFor();
  });

  it('of length is shown before anything is lost', async () => {
    const ada = await place.arrive('Ada at length');
    await ada.register();
    await ada.createRoom('Length');
    await ada.composer.fill('x'.repeat(3_990));
    await ada.page.getByText('10 characters left').waitFor();
    await ada.composer.fill('x'.repeat(4_001));
    expect(await ada.composer.getAttribute('aria-invalid')).toBe('true');
    expect(await ada.page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await ada.composer.press('Enter');
    expect(await ada.composer.inputValue()).toHaveLength(4_001);
  });

  it('of a moderator about somebody is told to that one, with what was not sent', async () => {
    const [ada, ben] = await place.pair('Muted');
    const { token, roomId } = await ada.page.evaluate(() => ({
      token: (JSON.parse(localStorage.getItem('parley/account') ?? '{}') as { token: string }).token,
      roomId: new URLSearchParams(location.hash.slice(1)).get('room'),
    }));
    const { user } = await ben.page.evaluate(
      () => JSON.parse(localStorage.getItem('parley/account') ?? '{}') as { user: { id: string } },
    );
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    await fetch(`${place.url}/api/rooms/${roomId}/mutes/${user.id}`, { method: 'POST', headers, body: '{}' });
    await ben.page.getByText('Ada Muted muted you').waitFor();
    await ben.say('am I heard?');
    const failed = ben.page.locator('[data-pending="failed"]');
    await failed.getByText(/^Not sent\./).waitFor();
    await fetch(`${place.url}/api/rooms/${roomId}/mutes/${user.id}`, { method: 'DELETE', headers });
    await ben.page.getByText('Ada Muted let you speak again').waitFor();
    await failed.getByRole('button', { name: 'Try again' }).click();
    await ada.message('am I heard?').waitFor();
    expect(await ben.texts()).toEqual(['am I heard?']);
  });
});
