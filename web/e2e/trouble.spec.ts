import { Route } from '@playwright/test';
import { closedGate, expect, expectAccessible, test } from './support/fixtures';
import { AGAIN, once, refuseScripts } from './support/network';

/** States that no healthy server gets into: the network between is bent instead. */

function failure(code: string, message: string) {
  return (route: Route) =>
    route.fulfill({ status: 400, json: { __type: code, message }, headers: {} });
}

const gatewayPage = (route: Route) =>
  route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' });

test('a gateway’s error page while signing in', async ({ page, signIn }) => {
  await once(page, 'InitiateAuth', gatewayPage);
  await signIn.open();
  await signIn.submitLogin();
  await expect(signIn.alert).toHaveText('Something went wrong on our side. Try again in a minute.');
  await page.keyboard.press('Enter');
  await expect(signIn.code).toBeFocused();
});

test('a gateway’s error page while checking keeps the code', async ({ page, signIn }) => {
  await signIn.reachCode();
  await once(page, 'RespondToAuthChallenge', gatewayPage);
  const code = await signIn.mailedCode();
  await page.keyboard.type(code);
  await expect(signIn.alert).toHaveText('Something went wrong on our side. Try again in a minute.');
  await expect(signIn.code).toHaveValue(code);
  await page.getByRole('button', { name: 'Verify' }).click();
  await signIn.expectSignedIn();
});

test('too many attempts', async ({ page, signIn }) => {
  await once(page, 'InitiateAuth', failure('TooManyRequestsException', 'Rate exceeded'));
  await signIn.open();
  await signIn.submitLogin();
  await expect(signIn.alert).toHaveText('Too many attempts. Wait a while, then try again.');
});

test('a code that could not be mailed', async ({ page, signIn }) => {
  const message = 'CreateAuthChallenge failed with error The mail could not be sent.';
  await once(page, 'RespondToAuthChallenge', failure('UserLambdaValidationException', message));
  await signIn.open();
  await signIn.submitLogin();
  await expect(signIn.alert).toHaveText(
    'We couldn’t send your code. Wait a minute, then try again.',
  );
});

test('a sign-in whose answer was lost on the way is not said to have taken too long', async ({
  page,
  signIn,
}) => {
  await signIn.reachCode();
  const wrong = await signIn.wrongCode();
  await once(page, 'RespondToAuthChallenge', async (route) => {
    await route.fetch(AGAIN);
    await route.abort('connectionreset');
  });
  await page.keyboard.type(wrong);
  await expect(signIn.alert).toHaveText(
    'We couldn’t reach the server. Check your connection and try again.',
  );
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(signIn.alert).toHaveText('This sign-in has ended. Start again.');
  await page.getByRole('button', { name: 'Start again' }).click();
  await signIn.submitLogin();
  await signIn.awaitCode();
});

for (const minutes of [-10, 10]) {
  test(`a clock wrong by ${minutes} minutes changes nothing`, async ({ page, signIn }) => {
    await page.clock.install({ time: Date.now() + 60_000 * minutes });
    await signIn.reachCode();
    await expect(page.getByRole('timer')).toHaveText(/Expires in [45]:\d\d/);
    await page.keyboard.type(await signIn.mailedCode());
    await signIn.expectSignedIn();
  });
}

test('leaving while the answer is under way is final', async ({ page, signIn }) => {
  await signIn.reachCode();
  const gate = closedGate();
  await once(page, 'RespondToAuthChallenge', async (route) => {
    await gate.opened;
    await route.fallback();
  });
  await page.keyboard.type(await signIn.mailedCode());
  await expect(page.getByText('Checking the code…')).toBeVisible();
  const dropped = page.waitForEvent('requestfailed');
  await page.getByRole('button', { name: 'Use a different account' }).click();
  // From here on no answer can come any more.
  await dropped;
  gate.open();
  await expect(signIn.email).toBeFocused();
  await expect(signIn.email).toBeVisible();
});

test('a form that cannot be fetched is said, and fetched at the next try', async ({
  page,
  server,
  signIn,
}) => {
  const html = await (await fetch(server.url)).text();
  let refused = true;
  await page.route('**/chunk-*.js', (route) => {
    const later = !html.includes(new URL(route.request().url()).pathname.slice(1));
    return refused && later ? route.abort() : route.continue();
  });
  await signIn.open();
  await signIn.submitLogin();
  await expect(signIn.alert).toHaveText(
    'We couldn’t reach the server. Check your connection and try again.',
  );
  refused = false;
  await page.getByRole('button', { name: 'Start again' }).click();
  await signIn.submitLogin();
  await signIn.awaitCode();
});

test('words that cannot be fetched leave no form at work for ever', async ({ page, signIn }) => {
  await signIn.reachCode();
  const wrong = await signIn.wrongCode();
  await page.route('**/chunk-*.js', (route) => route.abort());
  for (const [last, left] of ['2 tries left', '1 try left'].entries()) {
    await signIn.code.fill(wrong.replace(/.$/, String(last)));
    await expect(signIn.alert).toContainText(left);
  }
  await signIn.code.fill(wrong.replace(/.$/, '2'));
  await expect(signIn.alert).toHaveText(
    'We couldn’t reach the server. Check your connection and try again.',
  );
  await expect(signIn.code).toBeHidden();
  await page.unroute('**/chunk-*.js');
  await page.getByRole('button', { name: 'Start again' }).click();
  // The email is there already.
  await expect(signIn.password).toBeFocused();
});

test('an account that cannot be fetched is said, before a reload and after it', async ({
  page,
  signIn,
}) => {
  await signIn.reachCode();
  const allow = await refuseScripts(page, 'app-signed-in-page');
  await page.keyboard.type(await signIn.mailedCode());
  const said = 'We couldn’t reach the server. Check your connection and try again.';
  await expect(signIn.alert).toHaveText(said);
  await expectAccessible(page, 'an account that cannot be fetched');
  await page.reload();
  await expect(signIn.alert).toHaveText(said);
  allow();
  await page.getByRole('button', { name: 'Start again' }).click();
  await expect(page.getByRole('heading', { name: 'Welcome' })).toBeVisible();
});

for (const [path, title] of [
  ['/inbox', 'Inbox'],
  ['/', 'Sign in'],
  ['/?lang=ar', 'تسجيل الدخول'],
] as const) {
  test(`a page whose files cannot be fetched says so at ${path}`, async ({
    page,
    server,
    complaints,
  }) => {
    // At `/` the page that has no settings is one of those that are fetched.
    await page.route('**/config.json', (route) => route.abort());
    const html = await (await fetch(server.url)).text();
    await page.route('**/chunk-*.js', (route) => {
      const isLater = !html.includes(new URL(route.request().url()).pathname.slice(1));
      return isLater ? route.abort() : route.continue();
    });
    await page.goto(server.url + path);
    await expect(page.getByRole('alert')).toHaveText('Check your connection and try again.');
    await expect(page.getByRole('main')).toHaveAttribute('lang', 'en');
    await expectAccessible(page, `a page whose files cannot be fetched at ${path}`);
    // A developer reads which.
    expect(complaints.splice(0).join()).toContain('Failed to fetch dynamically imported module');
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible();
  });
}

test('what can be done about the account cannot be fetched: the rest works, a sign-out too', async ({
  page,
  context,
  signIn,
}) => {
  await signIn.reachCode();
  const allow = await refuseScripts(page, 'si-account-password');
  await page.keyboard.type(await signIn.mailedCode());
  await expect(page.getByRole('heading', { name: 'Welcome' })).toBeVisible();
  const said = 'That didn’t work. Check your connection and try again.';
  await expect(signIn.alert).toHaveText(said);
  await expectAccessible(page, 'an account without its sections');
  allow();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('button', { name: 'Change password' })).toBeVisible();
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(signIn.email).toBeVisible();
});

for (const address of ['', '?lang=de', '#sign-up', '#forgot']) {
  test(`nothing but the first files can be fetched at /${address}: there is a sign-in`, async ({
    page,
    server,
    pool,
    signIn,
  }) => {
    const config = { ...pool, offers: { signUp: [], forgotPassword: true, passkeySignIn: true } };
    await page.route('**/config.json', (route) => route.fulfill({ json: config }));
    const html = await (await fetch(server.url)).text();
    await page.route('**/chunk-*.js', (route) => {
      const first = html.includes(new URL(route.request().url()).pathname.slice(1));
      return first ? route.continue() : route.abort();
    });
    await signIn.open(address);
    await expect(signIn.email).toBeVisible();
    await page.waitForLoadState('networkidle');
    await expect(signIn.email).toBeVisible();
  });
}
