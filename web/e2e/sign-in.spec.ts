import { closedGate, countCalls, expect, test } from './support/fixtures';

test('the window’s title follows the steps, and no secret is kept', async ({
  page,
  person,
  signIn,
}) => {
  await signIn.open();
  await expect(page).toHaveTitle('Sign in – Poolhouse');
  await signIn.submitLogin();
  await signIn.awaitCode();
  await expect(page).toHaveTitle('Check your email – Poolhouse');
  await page.keyboard.type(await signIn.mailedCode());

  await signIn.expectSignedIn();
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...sessionStorage }, { ...localStorage }]),
  );
  expect(kept).not.toContain(person.password);
  await expect(page.getByRole('heading', { name: 'Welcome' })).toBeFocused();
  await expect(page.getByText(`signed in as ${person.email}`)).toBeVisible();
});

test('the page comes with a strict content security policy', async ({ page, server }) => {
  const response = await page.goto(server.url);
  const policy = response?.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("style-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("require-trusted-types-for 'script'");
});

test('an empty or malformed field is named, and gets the focus', async ({ page, signIn }) => {
  await signIn.open();
  await signIn.continue.click();
  await expect(page.getByText('Enter your email.')).toBeVisible();
  await expect(page.getByText('Enter your password.')).toBeVisible();
  await expect(signIn.email).toBeFocused();
  await expect(signIn.email).toHaveAccessibleDescription('Enter your email.');

  await signIn.email.fill('ana.silva');
  await expect(page.getByText('Enter your email.')).toBeHidden();
  await signIn.continue.click();
  await expect(page.getByText('Enter an email like name@example.com.')).toBeVisible();

  await signIn.email.fill('ana.silva@example.com');
  await signIn.continue.click();
  await expect(signIn.password).toBeFocused();
  await expect(signIn.password).toHaveAttribute('aria-invalid', 'true');
});

test('a second refusal in the same words is announced: the first is gone while the server is asked', async ({
  page,
  person,
  signIn,
}) => {
  const refusal = 'That email and password don’t match. Check both and try again.';
  const wrong = { ...person, password: 'Wrong-Horse-9!' };
  await signIn.open();
  await signIn.submitLogin(wrong);
  await expect(signIn.alert).toHaveText(refusal);
  const gate = closedGate();
  await page.route(
    (url) => url.pathname === '/',
    async (route) => {
      await gate.opened;
      await route.continue();
    },
  );
  await signIn.submitLogin(wrong);
  await expect(signIn.alert).toHaveCount(0);
  await expect(signIn.continue).toHaveText('Signing in…');
  gate.open();
  await expect(signIn.alert).toHaveText(refusal);
});

test('a revealed password is hidden again on the way to the server', async ({ page, signIn }) => {
  await signIn.open();
  await signIn.password.fill('Wrong-Horse-9!');
  await page.getByRole('button', { name: 'Show password' }).click();
  await expect(signIn.password).toHaveAttribute('type', 'text');
  await signIn.email.fill('ana.silva@example.com');
  await page.keyboard.press('Enter');
  await expect(signIn.password).toHaveAttribute('type', 'password');
  await expect(signIn.alert).toContainText('don’t match');
});

test('Enter twice signs in once', async ({ page, person, signIn }) => {
  await signIn.open();
  const calls = countCalls(page, 'InitiateAuth');
  await signIn.email.fill(person.email);
  await signIn.password.fill(person.password);
  await page.evaluate(() => {
    const form = document.querySelector('form');
    form?.requestSubmit();
    form?.requestSubmit();
  });
  await expect(signIn.code).toBeFocused();
  expect(calls()).toBe(1);
});

test('a server without settings says so, and may be asked again', async ({ page, server }) => {
  await page.route('**/config.json', (route) => route.fulfill({ status: 404 }), { times: 1 });
  await page.goto(server.url);
  await expect(page.getByRole('heading', { name: 'Sign-in isn’t available' })).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('tokens are refreshed, and a sign-out ends them', async ({ page, signIn }) => {
  await signIn.reachCode();
  await page.keyboard.type(await signIn.mailedCode());
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  const answers: string[] = [];
  page.on('response', (response) => {
    const operation = response.request().headers()['x-amz-target']?.split('.')[1];
    // The account asks who it is, and its files are fetched, meanwhile.
    if (operation && operation !== 'GetUser') answers.push(`${operation} ${response.status()}`);
  });
  await page.getByRole('button', { name: 'Renew this session' }).click();
  await expect(page.getByText('Your session has been renewed.')).toBeVisible();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(signIn.email).toBeFocused();
  // The page is out at once; the server hears of it a moment later.
  await expect.poll(() => answers).toEqual(['GetTokensFromRefreshToken 200', 'RevokeToken 200']);
});

test('signing out everywhere ends the session of another window', async ({
  page,
  context,
  signIn,
}) => {
  await signIn.reachCode();
  await page.keyboard.type(await signIn.mailedCode());
  await page.getByRole('button', { name: 'Sign out everywhere' }).waitFor();
  // The same tokens in a second place: what the page holds in memory cannot be copied, so the
  // request is kept and sent once more.
  const request = page.waitForRequest((sent) =>
    Boolean(sent.headers()['x-amz-target']?.endsWith('.GetTokensFromRefreshToken')),
  );
  await page.getByRole('button', { name: 'Renew this session' }).click();
  const refresh = await request;
  await expect(page.getByText('Your session has been renewed.')).toBeVisible();
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(signIn.email).toBeFocused();
  const again = await context.request.post(refresh.url(), {
    headers: refresh.headers(),
    data: refresh.postDataBuffer() ?? '',
  });
  expect(again.status()).toBe(400);
  expect(await again.text()).toContain('NotAuthorizedException');
});
