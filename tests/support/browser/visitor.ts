import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';

export interface VisitorOptions extends BrowserContextOptions {
  readonly name: string;
}

/** Somebody with a browser of their own who uses the page by what a person can see of it. */
export class Visitor {
  readonly name: string;
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained of, policy violations included, and requests to other hosts. */
  readonly complaints: string[] = [];
  /** What the browser may complain of, because the test wants it so. */
  expected: RegExp | null = null;

  private constructor(name: string, context: BrowserContext, page: Page, origin: string) {
    this.name = name;
    this.context = context;
    this.page = page;
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      if (!this.expected?.test(message.text())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('request', (request) => {
      const { host } = new URL(request.url());
      if (host !== new URL(origin).host) this.complaints.push(`asked ${host}`);
    });
  }

  static async arrive(browser: Browser, url: string, { name, ...options }: VisitorOptions): Promise<Visitor> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const visitor = new Visitor(name, context, page, url);
    await page.goto(url);
    return visitor;
  }

  get email(): string {
    return `${this.name.toLowerCase().replaceAll(/\W+/g, '.')}@example.com`;
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Message to/ });
  }

  get messages(): Locator {
    return this.page.getByRole('list', { name: 'Messages' }).locator('li:has(.message)');
  }

  /** The texts of all messages, in their order. */
  texts(): Promise<string[]> {
    return this.page.locator('.entries .text').allTextContents();
  }

  /** The one with this text. */
  message(text: string): Locator {
    return this.messages.filter({ has: this.page.getByText(text, { exact: true }) });
  }

  async register(): Promise<void> {
    await this.page.getByLabel('Name', { exact: true }).fill(this.name);
    await this.page.getByLabel('Email').fill(this.email);
    await this.page.getByLabel('Password').fill('a long enough password');
    await this.page.getByRole('button', { name: 'Create account' }).click();
    await this.page.getByRole('button', { name: 'Log out' }).or(this.page.getByRole('dialog')).first().waitFor();
  }

  async createRoom(name: string, kind: 'Private' | 'Public' = 'Private'): Promise<void> {
    await this.page.getByRole('button', { name: 'New room' }).first().click();
    await this.page.getByRole('dialog').getByLabel('Name').fill(name);
    await this.page.getByRole('radio', { name: kind }).check();
    await this.page.getByRole('button', { name: 'Create room' }).click();
    await this.page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
  }

  /** The link of the room that is open. */
  async inviteLink(): Promise<string> {
    await this.page.getByRole('button', { name: 'Invite', exact: true }).click();
    await this.page.locator('button:enabled', { hasText: 'Copy link' }).waitFor();
    const link = await this.page.getByLabel('Invite link').inputValue();
    await this.page.keyboard.press('Escape');
    return link;
  }

  async accept(link: string): Promise<void> {
    await this.page.goto(link);
    await this.page.getByRole('button', { name: 'Join room' }).click();
    await this.composer.waitFor();
  }

  async openRoom(name: string): Promise<void> {
    await this.page.getByRole('link', { name }).click();
    await this.page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
