import { describe, expect, it } from 'vitest';
import { useVisitors } from '../support/browser/use-visitors.ts';
import type { Visitor } from '../support/browser/visitor.ts';

const tokenOf = ({ page }: Visitor): Promise<string> =>
  page.evaluate(() => (JSON.parse(localStorage.getItem('parley/account') ?? '{}') as { token?: string }).token ?? '');

describe('a session with short tokens', () => {
  const place = useVisitors({ JWT_EXPIRES_IN: '4s' });

  it('goes on, on the same connection and over a reload', async () => {
    const [ada, ben] = await place.pair('Tokens');
    const tokens = new Set([await tokenOf(ada)]);
    await expect.poll(async () => tokens.add(await tokenOf(ada)).size, { timeout: 30_000 }).toBeGreaterThanOrEqual(3);
    await ada.say('still here');
    await ben.message('still here').waitFor();
    await ada.page.reload();
    await ada.message('still here').waitFor();
    await ben.say('so am I');
    await ada.message('so am I').waitFor();
  });
});

describe('a session', () => {
  const place = useVisitors();

  it('that is ended elsewhere leads back to the log-in, and says why', async () => {
    const [ada] = await place.pair('Ended');
    ada.expected = /status of 401/;
    const headers = { authorization: `Bearer ${await tokenOf(ada)}` };
    await fetch(`${place.url}/api/auth/logout-all`, { method: 'POST', headers });
    await ada.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    expect(await ada.page.getByRole('alert').textContent()).toContain('Log in again');
    await ada.page.getByLabel('Email').fill(ada.email);
    await ada.page.getByLabel('Password').fill('a long enough password');
    await ada.page.getByRole('button', { name: 'Log in' }).click();
    await ada.page.getByRole('heading', { level: 2, name: 'Ended', exact: true }).waitFor();
  });

  it('is one for all tabs of a browser', async () => {
    const [ada, ben] = await place.pair('Tabs');
    const tab = await ada.context.newPage();
    await tab.goto(ada.page.url());
    await tab.getByRole('textbox', { name: 'Message to Tabs' }).fill('from the other tab');
    await tab.keyboard.press('Enter');
    for (const visitor of [ada, ben]) await visitor.message('from the other tab').waitFor();
    await tab.getByRole('button', { name: 'Log out' }).click();
    await ada.page.getByRole('heading', { name: 'Create your account' }).waitFor();
  });
});
