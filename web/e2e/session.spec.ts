import { countCalls, expect, test } from './support/fixtures';
import { test as hostedTest } from './support/hosted-page';

interface Asking {
  ask(times: number, moment: number): Promise<string[]>;
}

test('a reload keeps the session', async ({ page, person, signIn }) => {
  await signIn.reachCode();
  await page.keyboard.type(await signIn.mailedCode());
  await expect(page.getByRole('heading', { name: 'Welcome' })).toBeVisible();
  await page.reload();
  await expect(page.getByText(`signed in as ${person.email}`)).toBeVisible();
  await expect(page).toHaveTitle('Signed in – Poolhouse');
});

test('a sign-out holds: Back, Forward and a second account show nothing of the first', async ({
  page,
  person,
  server,
  pool,
  signIn,
}) => {
  await signIn.reachCode();
  await page.keyboard.type(await signIn.mailedCode());
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  await page.goto(`${server.url}/inbox`);
  await page.goBack();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(signIn.email).toBeFocused();
  await page.goForward();
  await page.goBack();
  await expect(signIn.email).toBeVisible();
  await expect(page.getByText(person.email)).toBeHidden();
  await page.reload();
  await expect(signIn.email).toHaveValue('');
  const other = await server.createPerson(pool);
  await signIn.submitLogin(other);
  await signIn.code.fill(await server.codeFor(other.email));
  await expect(page.getByText(`signed in as ${other.email}`)).toBeVisible();
});

test('signing out without a connection is a sign-out here', async ({ page, context, signIn }) => {
  await signIn.reachCode();
  await page.keyboard.type(await signIn.mailedCode());
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(signIn.email).toBeVisible();
  await context.setOffline(false);
  await page.reload();
  await expect(signIn.email).toBeVisible();
});

test('the account page speaks the browser’s language, dates too', async ({
  page,
  signIn,
  server,
}) => {
  await signIn.reachCode();
  await page.keyboard.type(await signIn.mailedCode());
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  // As the reader's part of the world writes them: this browser is British.
  const last = page.locator('div', { has: page.getByText('Last sign-in') }).last();
  await expect(last.getByRole('definition').first()).toHaveText(/^\d{1,2} [A-Z][a-z]+ \d{4} /);
  await page.goto(`${server.url}/?lang=ja`);
  await expect(page.getByRole('heading', { name: 'ようこそ' })).toBeVisible();
  const until = page.locator('div', { has: page.getByText('セッションの有効期限') }).last();
  await expect(until.getByRole('definition').first()).toHaveText(/^\d{4}年\d{1,2}月\d{1,2}日 /);
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
});

hostedTest(
  'two tabs of a rotating client without grace ask twenty times at the same moment: one renewal each at most, and both live on',
  async ({ page, context, server, rotating, hosted }) => {
    const { userPoolId, clientId } = rotating;
    const signIn = await hosted({
      html: `<ph-sign-in endpoint="ENDPOINT" user-pool-id="${userPoolId}" client-id="${clientId}"></ph-sign-in>`,
      script: "import './hosts/session';",
    });
    const theirs = await server.createPerson(rotating);
    await signIn.submitLogin(theirs);
    await signIn.code.fill(await server.codeFor(theirs.email));
    await signIn.expectSignedIn();
    const second = await context.newPage();
    await second.goto(page.url());
    await expect(second.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    const tabs = [page, second];
    const counts = tabs.map((tab) => countCalls(tab, 'GetTokensFromRefreshToken'));
    for (const round of [1, 2, 3]) {
      const moment = Date.now() + 500;
      const answers = await Promise.all(
        tabs.map((tab) =>
          tab.evaluate((at) => (globalThis as unknown as Asking).ask(20, at), moment),
        ),
      );
      // All that ask in a tab get the same tokens, and nobody is signed out.
      for (const tokens of answers) expect(tokens).toEqual([expect.stringMatching(/^ey/)]);
      for (const count of counts) expect(count()).toBeLessThanOrEqual(round);
    }
  },
);
