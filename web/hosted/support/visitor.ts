import { Locator, Page, expect } from '@playwright/test';
import { Person } from '../../e2e/support/server';
import { House, Place } from './house';
import { PAGES } from './table';

/** Somebody who walks through the pages, by the words on them. */
export class Visitor {
  constructor(
    readonly page: Page,
    readonly house: House,
    readonly hasScripts: boolean,
    /** What is asked of every state. */
    private readonly inspect: (page: Page, state: string) => Promise<void>,
    /** The states that were seen, as `template: state`. */
    readonly seen: string[] = [],
  ) {}

  /** The same person in another window. */
  in(page: Page, hasScripts = this.hasScripts): Visitor {
    return new Visitor(page, this.house, hasScripts, this.inspect, this.seen);
  }

  /** Is at this page, in this state. */
  async see(template: string, state: string): Promise<void> {
    const words = PAGES[template]?.[state];
    if (words === undefined) throw new Error(`The table has no ${template}: ${state}.`);
    const main = this.page.locator('main');
    await expect(main).toHaveAttribute('data-page', template);
    await expect(main).toContainText(words);
    this.seen.push(`${template}: ${state}`);
    await this.inspect(this.page, `${template}: ${state}`);
  }

  person(place: Place, options: Parameters<House['server']['createPerson']>[1] = {}) {
    return this.house.server.createPerson(place.pool, options);
  }

  /** Comes from the app. */
  async come(place: Place, more: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.page.goto(this.house.asked(place, more));
  }

  /** Does something that leads to another page, and waits for that. */
  async led(act: () => Promise<unknown>): Promise<void> {
    await Promise.all([this.page.waitForEvent('load'), act()]);
  }

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  async press(name: string | RegExp): Promise<void> {
    await this.led(() => this.button(name).click());
  }

  async type(texts: Readonly<Record<string, string>>): Promise<void> {
    for (const [label, text] of Object.entries(texts)) await this.field(label).fill(text);
  }

  async signIn({ email, password }: Person): Promise<void> {
    await this.type({ 'Email or username': email, Password: password });
    await this.press('Continue');
  }

  /** Types a code to its end, and sends it where the page does not do so by itself. */
  async code(text: string): Promise<void> {
    const field = this.page.locator('#code');
    const length = await field.getAttribute('data-length');
    await this.led(async () => {
      await field.fill(text);
      if (!this.hasScripts || Number(length) !== text.length) await field.press('Enter');
    });
  }

  /** Is back at the app. */
  async back(told = 'a code'): Promise<void> {
    await expect(this.page.getByRole('heading', { name: `Back with ${told}` })).toBeVisible();
  }
}
