import { BrowserContext, expect, Page, test } from '@playwright/test';
import { otherThan } from '../../e2e/support/fixtures';
import { Person, Server } from '../../e2e/support/server';
import { tamper } from './tamper';

/** An app that is running, as a person and the network see it. */
export interface App {
  /** Its page. */
  readonly url: string;
  /** What it asked of the server so far, as `traffic.ts` writes it; `null` for one that cannot be listened to. */
  readonly traffic: () => readonly string[] | null;
  /** From its page to the sign-in. */
  readonly begin: (page: Page) => Promise<void>;
  /** Has it renew its tokens, and shows that they are new where the traffic does not. */
  readonly renew: (page: Page) => Promise<void>;
  /** The lines of traffic that say who has signed in, and that tokens were renewed. */
  readonly account: string;
  readonly renewal: string;
  /** What it asks of the server when somebody signs out, beside the sign-out itself. */
  readonly leaving?: string;
  /** What it says of an answer that is not to its request. */
  readonly refusesState: RegExp;
  /** What it says of tokens that were made for another request; `null` where it sends no nonce. */
  readonly refusesNonce: RegExp | null;
}

const heading = (page: Page, name: string | RegExp) =>
  expect(page.getByRole('heading', { name })).toBeVisible();

/** Signs in on the pages with the password, a wrong code and the mailed one. */
export async function signInOnPages(page: Page, server: Server, person: Person): Promise<void> {
  await page.getByRole('textbox', { name: 'Email or username' }).fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.keyboard.press('Enter');
  await heading(page, 'Check your email');
  const mailed = await server.codeFor(person.email);
  const code = page.getByRole('textbox', { name: '6-digit code' });
  await code.fill(otherThan(mailed));
  await expect(page.getByRole('alert')).toContainText('2 tries left.');
  await code.fill(mailed);
}

/** Everything that a client has to do with hosted login, in one browser. */
export async function walk(page: Page, server: Server, person: Person, app: App): Promise<void> {
  const signedIn = `Signed in as ${person.email}`;
  await test.step('password, a wrong code, the mailed code, and who that is', async () => {
    await page.goto(app.url);
    await app.begin(page);
    await signInOnPages(page, server, person);
    await heading(page, signedIn);
    if (app.traffic()) await expect.poll(app.traffic).toContain(app.account);
  });
  await test.step('tokens are renewed', async () => {
    await app.renew(page);
    if (app.traffic()) await expect.poll(app.traffic).toContain(app.renewal);
    await heading(page, signedIn);
  });
  await test.step('an answer to another request is refused', async () => {
    await forget(page, app);
    const before = redeemed(app);
    const isTampered = await tamper(page, 'state', (url) => url.href.startsWith(app.url));
    await app.begin(page);
    await refused(page, app, app.refusesState);
    expect(await isTampered()).toBe(true);
    expect(redeemed(app), 'the code was not even redeemed').toBe(before);
  });
  if (app.refusesNonce) {
    const refusal = app.refusesNonce;
    await test.step('tokens for another request are refused', async () => {
      await forget(page, app);
      const isTampered = await tamper(page, 'nonce', ({ pathname }) =>
        pathname.endsWith('/oauth2/authorize'),
      );
      await app.begin(page);
      await refused(page, app, refusal);
      expect(await isTampered()).toBe(true);
    });
  }
  await test.step('the next sign-in is single sign-on', async () => {
    await forget(page, app);
    const seen = pagesSeen(page);
    const mails = (await server.mailsTo(person.email)).length;
    await app.begin(page);
    await heading(page, signedIn);
    expect(seen.filter((path) => /\/(login|challenge)$/.test(path))).toEqual([]);
    expect(await server.mailsTo(person.email)).toHaveLength(mails);
  });
  await test.step('whoever signs out is asked for the password again', async () => {
    await page.getByText('Sign out').click();
    await heading(page, 'Signed out');
    if (app.leaving) expect(app.traffic()).toContain(app.leaving);
    await app.begin(page);
    await heading(page, /^Sign in$/);
    await expect(page.getByLabel('Password')).toBeVisible();
  });
}

/** The app forgets everybody; the browser's session on the pages stays, which is another host's. */
async function forget(page: Page, { url }: App): Promise<void> {
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  const context: BrowserContext = page.context();
  await context.clearCookies({ domain: new URL(url).hostname });
  await page.goto(url);
  await heading(page, 'Signed out');
}

/** The app says so, and has taken nobody in. */
async function refused(page: Page, { url }: App, refusal: RegExp): Promise<void> {
  await expect(page.getByText(refusal).first()).toBeVisible();
  await page.goto(url);
  await heading(page, 'Signed out');
}

function redeemed({ traffic }: App): number {
  const lines = traffic() ?? [];
  return lines.filter((line) => line.startsWith('token authorization_code')).length;
}

/** The paths that the browser shows from now on. */
function pagesSeen(page: Page): string[] {
  const paths: string[] = [];
  page.on('framenavigated', (frame) => paths.push(new URL(frame.url()).pathname));
  return paths;
}
