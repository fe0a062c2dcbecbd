import AxeBuilder from '@axe-core/playwright';
import { Locator, Page, Request, test as base, expect } from '@playwright/test';
import { Functions, Person, Pool, Server } from './server';

interface Workers {
  /** Whose functions the worker's pool has. */
  functions: Functions;
  server: Server;
  pool: Pool;
}

interface Tests {
  /** What the browser complained of so far. What is left at the end fails the test. */
  complaints: string[];
  person: Person;
  signIn: SignInPage;
  /** A pool whose client gives a new refresh token with every use of one, and takes none twice. */
  rotating: Pool;
}

/** The sign-in page, by the words a person reads. */
export class SignInPage {
  readonly email: Locator;
  readonly password: Locator;
  readonly continue: Locator;
  readonly code: Locator;
  readonly alert: Locator;

  constructor(
    readonly page: Page,
    private readonly server: Server,
    private readonly person: Person,
  ) {
    this.email = page.getByRole('textbox', { name: 'Email' });
    this.password = page.getByLabel('Password', { exact: true });
    this.continue = page.locator('button[type=submit]');
    this.code = page.getByRole('textbox', { name: '6-digit code' });
    this.alert = page.getByRole('alert').filter({ hasText: /./ });
  }

  async open(query = ''): Promise<void> {
    await this.page.goto(`${this.server.url}/${query}`);
  }

  /**
   * Fills in both fields and presses Enter. What the form said before is gone afterwards: the next
   * refusal may read the same, and must not be taken for it.
   */
  async submitLogin(person: Person = this.person): Promise<void> {
    await this.email.fill(person.email);
    await this.password.fill(person.password);
    const before = await this.alert.locator('p').elementHandles();
    // A form that says it again in the same element may be too quick to be seen without it.
    const answered = this.page
      .waitForResponse((response) => isCall(response.request(), 'RespondToAuthChallenge'))
      .catch(() => undefined);
    await this.page.keyboard.press('Enter');
    const gone = before.map((said) => said.waitForElementState('hidden'));
    await Promise.race([Promise.all(gone), answered]);
  }

  /** Up to the question for the code. */
  async reachCode(query = ''): Promise<void> {
    await this.open(query);
    await this.submitLogin();
    await this.awaitCode();
  }

  async awaitCode(): Promise<void> {
    await expect(this.code).toBeFocused();
  }

  mailedCode(): Promise<string> {
    return this.server.codeFor(this.person.email);
  }

  async wrongCode(): Promise<string> {
    return otherThan(await this.mailedCode());
  }

  async expectSignedIn(): Promise<void> {
    await expect(this.page.getByRole('heading', { name: 'You’re signed in' })).toBeVisible();
  }

  /** As a person would: what the browser does by itself is left to the browser. */
  async paste(text: string): Promise<void> {
    await this.page.evaluate((pasted) => {
      let field = document.activeElement as HTMLInputElement;
      while (field.shadowRoot?.activeElement) {
        field = field.shadowRoot.activeElement as HTMLInputElement;
      }
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      const options = { clipboardData, bubbles: true, cancelable: true };
      if (field.dispatchEvent(new ClipboardEvent('paste', options))) {
        document.execCommand('insertText', false, pasted);
      }
    }, text);
  }
}

/** With a pool of its own for each worker, and a user of its own for each test. */
export const test = base.extend<Tests, Workers>({
  functions: ['2fa', { scope: 'worker', option: true }],

  server: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies off this pattern.
    async ({}, use) => {
      const url = variable('POOLHOUSE_URL').replace(/\/$/, '');
      const key = { id: variable('AWS_ACCESS_KEY_ID'), secret: variable('AWS_SECRET_ACCESS_KEY') };
      await use(new Server(url, key));
    },
    { scope: 'worker' },
  ],

  pool: [
    async ({ server, functions }, use) => {
      await use(await server.createPool(functions));
    },
    { scope: 'worker' },
  ],

  person: async ({ server, pool }, use) => {
    await use(await server.createPerson(pool));
  },

  rotating: async ({ server }, use) => {
    const rotation = { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 };
    const flows = ['ALLOW_CUSTOM_AUTH', 'ALLOW_USER_SRP_AUTH'];
    const client = { RefreshTokenRotation: rotation, ExplicitAuthFlows: flows };
    await use(await server.createPool('2fa', client));
  },

  signIn: async ({ page, server, person }, use) => {
    await use(new SignInPage(page, server, person));
  },

  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies off this pattern.
  complaints: async ({}, use) => {
    const complaints: string[] = [];
    await use(complaints);
    expect(complaints, 'CSP violations, script errors and console complaints').toEqual([]);
  },

  /** Signs in to the worker's pool. */
  context: async ({ context, pool, complaints }, use) => {
    const config = { ...pool, offers: { passkeySignIn: pool.passkeys } };
    await context.route('**/config.json', (route) => route.fulfill({ json: config }));
    context.on('weberror', (error) => complaints.push(String(error.error())));
    context.on('console', (message) => {
      // A request that fails is part of some tests; the browser notes each.
      const ignored = message.text().startsWith('Failed to load resource');
      if (['error', 'warning'].includes(message.type()) && !ignored)
        complaints.push(message.text());
    });
    await use(context);
  },
});

export { expect };

/** Which server is tested. `cargo xtask demo` starts one and prints all three. */
function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: the tests need a running server and its key.`);
  return value;
}

/** A code that is surely not this one. */
export function otherThan(code: string): string {
  return code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Only colours depend on the colour scheme, so the dark one is asked for those alone. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  const axe = new AxeBuilder({ page })
    // Nothing runs inside the mail's frame, axe no more than anything else. Without frames axe need
    // not open a window of its own for each look.
    .exclude('iframe')
    .setLegacyMode();
  const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  const rules = dark ? axe.withRules(['color-contrast']) : axe.withTags(RULES);
  const { violations } = await rules.analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join(' ')}`);
  expect.soft(found, state).toEqual([]);
}

function isCall(request: Request, operation: string): boolean {
  return request.headers()['x-amz-target']?.endsWith(`.${operation}`) ?? false;
}

/** Counts the calls of one API operation from now on. */
export function countCalls(page: Page, operation: string): () => number {
  let count = 0;
  page.on('request', (request) => {
    if (isCall(request, operation)) count += 1;
  });
  return () => count;
}

/** Holds requests back until it is opened. */
export function closedGate(): { open: () => void; opened: Promise<void> } {
  let open: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open?.(), opened };
}
