import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/client/client.ts';
import { launchBrowser } from '../support/browser/launch-browser.ts';
import { Visitor } from '../support/browser/visitor.ts';
import { aptInstall } from '../support/databases/apt.ts';
import { findProgram, freePort } from '../support/databases/system.ts';
import { until } from '../support/harness/site.ts';
import { codeUnder } from './readme.ts';
import { type, type Terminal } from './session.ts';

const WRITTEN = 'localhost:4000';
const INSTALLED = 'npm ci && ';
/** Beside the sources, where the package finds itself by its name, as it does for whoever has cloned it. */
const DESK = join('.cache', `walk-${process.pid}`);

/** Somebody with the README and nothing else. All that differs is the port, which may be taken here, and the data. */
describe('the README', () => {
  let home = '';
  let port = 0;
  let server: Terminal;
  let browser: Browser;
  const opened: Terminal[] = [];
  const open = (command: string, env: Record<string, string> = {}) => {
    const terminal = type(command.replaceAll(WRITTEN, `localhost:${port}`), env);
    opened.push(terminal);
    return terminal;
  };
  const startServer = async () => {
    const [line = ''] = codeUnder('Run', 'sh');
    expect(line).toBe(`${INSTALLED}npm start`);
    const data = { DATABASE_URL: `sqlite:${join(home, 'parley.db')}`, PORT: String(port) };
    // What is installed is what these tests run with.
    server = type(line.replace(INSTALLED, ''), data);
    await server.shows(/parley is listening/);
  };
  const write = async (name: string, code: string) => {
    await writeFile(join(DESK, name), code.replaceAll(WRITTEN, `localhost:${port}`));
    return join(DESK, name);
  };
  const arrive = async (name: string) => Visitor.arrive(browser, `http://localhost:${port}`, { name });

  beforeAll(async () => {
    if ((await findProgram('curl')) === undefined) await aptInstall('curl');
    home = await mkdtemp(join(tmpdir(), 'parley-walk-'));
    await mkdir(DESK, { recursive: true });
    port = await freePort();
    browser = await launchBrowser();
    await startServer();
  }, 300_000);
  afterEach(async () => {
    for (const terminal of opened.splice(0)) await terminal.interrupt();
  });
  afterAll(async () => {
    await browser.close();
    await server.interrupt();
    expect(server.output()).toContain('parley has stopped');
    await rm(home, { recursive: true, force: true });
    await rm(DESK, { recursive: true, force: true });
  });

  it('leads to two browsers that chat', async () => {
    const [ada, ben] = await Promise.all([arrive('Ada'), arrive('Ben')]);
    await Promise.all([ada.register(), ben.register()]);
    await ada.createRoom('Tea');
    await ben.accept(await ada.inviteLink());
    await ada.say('Is there tea?');
    await ben.message('Is there tea?').waitFor();
    await ben.say('There is.');
    await ada.message('There is.').waitFor();
    await Promise.all([ada.close(), ben.close()]);
  });

  it('leads to messages by curl, by a plain client and by ours', async () => {
    const [shell = ''] = codeUnder('Use', 'sh');
    const walk = open(shell);
    await walk.shows(/ROOM=.* BOB=.*\n/);
    expect(walk.output()).toContain('"content":"hello"');
    const [, ROOM = '', BOB = ''] = /ROOM=(\S+) BOB=(\S+)/.exec(walk.output()) ?? [];

    const [plain = ''] = codeUnder('Use', 'js');
    const client = open(`node ${await write('client.mjs', plain)}`, { ROOM, TOKEN: BOB });
    await client.shows(/ok: true[^]*deduplicated: false/);
    await client.shows(/\d+ hi\n/);

    const [ours = ''] = codeUnder('Use from a browser or Node', 'js');
    const chat = open(`node ${await write('chat.mjs', ours)}`, {
      URL: `http://${WRITTEN}`.replace('4000', String(port)),
      ROOM,
      TOKEN: BOB,
    });
    await chat.shows(/stored/);
    await client.shows(/\d+ hello\n/);
    expect(chat.output()).toMatch(/2 members, \d+ entries so far/);
  });

  it('leads to a bot that answers, once each, whoever was away', async () => {
    const ada = await arrive('Ada of the bot');
    await ada.register();
    await ada.createRoom('Bot');
    const code = (await ada.inviteLink()).split('=').at(-1) ?? '';
    const [command = ''] = codeUnder('Use from a browser or Node', 'sh');
    expect(command).toContain('INVITE=... ');
    const env = { URL: `http://localhost:${port}`, MEMORY: join(home, 'bot.json') };
    const startBot = async () => {
      const bot = open(command.replace('INVITE=...', `INVITE=${code}`), env);
      await bot.shows(/The bot is there\./);
      return bot;
    };
    const answered = (times: number) =>
      expect
        .poll(async () => (await ada.texts()).filter((text) => text === 'pong').length, { timeout: 30_000 })
        .toBe(times);
    const bot = await startBot();
    await ada.say('!ping');
    await answered(1);
    await server.interrupt();
    await startServer();
    await ada.say('!ping');
    await answered(2);
    await bot.interrupt();
    await ada.say('!ping');
    await ada.say('And who is there?');
    await ada.message('And who is there?').locator('.mark').waitFor();
    const forgetful = await readFile(env.MEMORY, 'utf8');
    const next = await startBot();
    await answered(3);
    const talk = ['!ping', 'pong', '!ping', 'pong', '!ping', 'And who is there?', 'pong'];
    expect(await ada.texts()).toEqual(talk);
    // As if it had died with the answer stored and not noted.
    await next.interrupt();
    await writeFile(env.MEMORY, forgetful);
    await startBot();
    await ada.say('!ping');
    await expect.poll(ada.texts.bind(ada), { timeout: 30_000 }).toEqual([...talk, '!ping', 'pong']);
    await ada.close();
  });

  it('leads to a chat in React', async () => {
    const [, command = ''] = codeUnder('Use from a browser or Node', 'sh');
    const vite = open(command, { VITE_PARLEY_URL: `http://localhost:${port}`, NO_COLOR: '1' });
    const address = /http:\/\/localhost:\d+\//.exec(await vite.shows(/Local:.*\n/))?.[0] ?? '';
    const enter = async (name: string, url: string) => {
      const page = await (await browser.newContext()).newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(url);
      await page.getByPlaceholder('Name').fill(name);
      await page.getByPlaceholder('Email').fill(`${name}@react.example`);
      await page.getByPlaceholder('Password').fill('a long enough password');
      await page.getByRole('button', { name: 'Chat' }).click();
      const box = page.getByRole('textbox', { name: 'Message' });
      const say = async (text: string) => {
        await page.locator('button:enabled', { hasText: 'Send' }).waitFor();
        await box.fill(text);
        await box.press('Enter');
      };
      return { page, complaints, say, texts: () => page.locator('li').allTextContents() };
    };
    const lea = await enter('Lea', address);
    await lea.say('Is somebody there?');
    await expect.poll(lea.texts).toEqual(['Lea: Is somebody there?']);
    const max = await enter('Max', lea.page.url());
    await expect.poll(max.texts).toEqual(['Lea: Is somebody there?']);
    await max.say('I am.');
    const both = ['Lea: Is somebody there?', 'Max: I am.'];
    for (const { texts } of [lea, max]) await expect.poll(texts).toEqual(both);
    await lea.page.getByText('Lea, Max').waitFor();
    expect([...lea.complaints, ...max.complaints]).toEqual([]);
  });

  it('leads to chat in an Express application, the example and an own one', async () => {
    const [command = ''] = codeUnder('Use inside your own application', 'sh');
    const example = open(command, { PORT: '0', DATABASE_URL: `sqlite:${join(home, 'shop.db')}` });
    const shop = await example.shows(/http:\/\/localhost:\d+/);
    const [snippet = ''] = codeUnder('Use inside your own application', 'js');
    const own = open(`node ${await write('own.mjs', ownApplication(snippet.replace('./data', home)))}`);
    const address = await own.shows(/http:\/\/localhost:\d+/);
    const tokenOf = async (name: string) =>
      ((await (await fetch(`${shop}/login/${name}`, { method: 'POST' })).json()) as { token: string }).token;
    for (const [url, tokens] of [
      [shop, await Promise.all(['ada', 'bob'].map(tokenOf))],
      [address, ['ada', 'bob']],
    ] as const) {
      const [ada, bob] = await Promise.all(tokens.map((token) => connect({ url: `${url}/chat`, token })));
      if (!ada || !bob) throw new Error('Somebody is missing.');
      const { room } = await ada.request('post /api/rooms', { body: { name: 'Counter' } });
      await bob.join({ roomId: room.id });
      const heard: string[] = [];
      bob.on('message', ({ content }) => heard.push(content));
      await ada.send(room.id, 'Do you have tea?').settled;
      await until('bob has heard', () => heard.length > 0);
      expect(heard).toEqual(['Do you have tea?']);
      for (const chat of [ada, bob]) chat.close();
    }
  });
});

/** An application that somebody has, and in the middle of it what the README says. */
const ownApplication = (snippet: string): string => `
import express from 'express';
import { createParley } from 'parley-chat';

const yourUserOf = (token) => ({ id: token, username: token, expiresAt: new Date(Date.now() + 60_000) });
const app = express();
const server = app.listen(0, () => console.log('http://localhost:' + server.address().port));
${snippet}
`;
