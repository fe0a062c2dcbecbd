import { countCalls, expect, test } from './support/fixtures';

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
  await page.goto(`${server.url}/?lang=ja`);
  await expect(page.getByRole('heading', { name: 'ようこそ' })).toBeVisible();
  const until = page.locator('div', { has: page.getByText('セッションの有効期限') }).last();
  await expect(until.getByRole('definition').first()).toHaveText(/^\d{4}年\d{1,2}月\d{1,2}日 /);
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
});

test('twenty requests at a time, in two tabs of a rotating client: one renewal, and both live on', async ({
  page,
  context,
  server,
  rotating,
  signIn,
}) => {
  await context.route('**/config.json', (route) => route.fulfill({ json: rotating }));
  const person = await server.createPerson(rotating);
  await signIn.open();
  await signIn.submitLogin(person);
  await signIn.code.fill(await server.codeFor(person.email));
  const refresh = (in_: typeof page) => in_.getByRole('button', { name: 'Renew this session' });
  await refresh(page).waitFor();
  const second = await context.newPage();
  await second.goto(server.url);
  await refresh(second).waitFor();
  const counts = [page, second].map((tab) => countCalls(tab, 'GetTokensFromRefreshToken'));
  for (const round of [1, 2]) {
    // Nothing of the round before is left to be taken for this one's.
    for (const tab of [page, second]) {
      await tab.reload();
      await refresh(tab).waitFor();
    }
    await Promise.all(
      [page, second].map((tab) =>
        tab.evaluate(() => {
          const button = [...document.querySelectorAll('button')].find((each) =>
            each.textContent.includes('Renew this session'),
          );
          for (let i = 0; i < 10; i++) button?.click();
        }),
      ),
    );
    for (const tab of [page, second]) {
      await expect(tab.getByText('Your session has been renewed.')).toBeVisible();
    }
    const [first, other] = counts.map((count) => count());
    expect(first, 'renewals of the first tab').toBeLessThanOrEqual(round);
    expect(other, 'renewals of the second tab').toBeLessThanOrEqual(round);
  }
});
