import { Locator, Page } from '@playwright/test';
import { createHmac, randomBytes } from 'node:crypto';
import { expect, test as base } from './fixtures';
import { Pool } from './server';

/** What the page is told that the pool has, as `/config.json` of a server with one app client says it. */
const OFFERS = {
  signUp: [] as readonly string[] | null,
  signUpByLink: false,
  forgotPassword: true,
  changeEmail: true,
  authenticatorApp: true,
  passkeys: true,
  devices: true,
  sessions: true,
};

interface Options {
  /** Of the pool that the test has. */
  poolSettings: Readonly<Record<string, unknown>>;
  offers: Partial<typeof OFFERS>;
}

interface Tests {
  /** The pool of `createPeoplePool`, with what its page offers. */
  people: Pool;
  /** Somebody new: an address that nobody has. */
  stranger: string;
  forms: Forms;
}

/** The forms, by the words a person reads. */
export class Forms {
  readonly alert: Locator;
  readonly code: Locator;
  readonly heading: Locator;

  constructor(readonly page: Page) {
    this.alert = page.getByRole('alert').filter({ hasText: /./ });
    this.code = page.getByRole('textbox', { name: '6-digit code' });
    this.heading = page.getByRole('heading', { level: 1 });
  }

  field(name: string): Locator {
    return this.page.getByLabel(name, { exact: true });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** A part of the account. */
  section(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  /** Rules that are ticked. */
  met(): Promise<string[]> {
    return this.page.locator('.si-rule--met').allInnerTexts();
  }
}

export const test = base.extend<Tests & Options>({
  poolSettings: [{}, { option: true }],
  offers: [{}, { option: true }],
  people: async ({ server, context, offers, poolSettings }, use) => {
    const pool = await server.createPeoplePool(poolSettings);
    const config = {
      ...pool,
      passwordPolicy: {
        minimumLength: 10,
        uppercase: false,
        lowercase: false,
        numbers: true,
        symbols: false,
      },
      offers: { ...OFFERS, ...offers },
    };
    await context.route('**/config.json', (route) => route.fulfill({ json: config }));
    await use(pool);
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies off this pattern.
  stranger: async ({}, use) => {
    await use(`eve.${randomBytes(6).toString('hex')}@example.com`);
  },
  person: async ({ server, people }, use) => {
    await use(await server.createPerson(people));
  },
  forms: async ({ page, people }, use) => {
    void people;
    await use(new Forms(page));
  },
});

export { expect };

/** A code of an authenticator app that has this key, so many steps of 30 seconds from now. */
export function appCode(key: string, steps = 0): string {
  const bits = [...key.replace(/\s/g, '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter))
    .map((value) => value.toString(2).padStart(5, '0'))
    .join('');
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac('sha1', Buffer.from(bytes)).update(counter).digest();
  const at = hash.readUInt8(hash.length - 1) & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
