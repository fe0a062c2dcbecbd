import { countCalls, expect, test } from './support/fixtures';
import { ageWithThePage, fastForwardPastAWait, isWait } from './support/ageing';

const API = (url: URL) => url.pathname === '/';

test('the first look says where the code went, how long it lives, and when to ask again', async ({
  page,
  signIn,
}) => {
  await signIn.reachCode();
  await expect(signIn.code).toHaveAccessibleDescription(
    /^We sent a code to a\S*\*\S*@e\S*\. You can paste the whole code\.$/,
  );
  await expect(page.getByRole('timer')).toHaveText(/^\s*Expires in [45]:\d\d\s*$/);
  const resend = page.getByRole('button', { name: /^Send the code again in 0:(30|[0-2]\d)$/ });
  await expect(resend).toHaveAttribute('aria-disabled', 'true');
  await expect(signIn.code).toHaveAttribute('autocomplete', 'one-time-code');
  await expect(signIn.code).toHaveAttribute('inputmode', 'numeric');
});

test('after a wrong code the right one still signs in', async ({ page, signIn }) => {
  await signIn.reachCode();
  await page.keyboard.type(await signIn.wrongCode());
  await expect(signIn.alert).toContainText('2 tries left');
  await page.keyboard.type(await signIn.mailedCode());
  await signIn.expectSignedIn();
});

test('Enter on a code just refused does not cost another try', async ({ page, signIn }) => {
  await signIn.reachCode();
  const calls = countCalls(page, 'RespondToAuthChallenge');
  await page.keyboard.type(await signIn.wrongCode());
  await expect(signIn.alert).toContainText('2 tries left');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.keyboard.type(await signIn.mailedCode());
  await signIn.expectSignedIn();
  expect(calls()).toBe(2);
});

test('a code filled in by the browser or the phone signs in', async ({ signIn }) => {
  await signIn.reachCode();
  await signIn.code.fill(await signIn.mailedCode());
  await signIn.expectSignedIn();
});

test('a resend that the server finds too soon says so', async ({
  page,
  person,
  server,
  signIn,
}) => {
  await page.clock.install();
  await signIn.reachCode();
  await signIn.mailedCode();
  // The page's clock runs ahead of the server's.
  await page.clock.fastForward(31_000);
  await page.getByRole('button', { name: 'Send the code again', exact: true }).click();
  await expect(page.getByText('We sent it a moment ago.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send the code again in 0:' })).toBeVisible();
  expect(await server.mailsTo(person.email)).toHaveLength(1);
  await signIn.code.fill(await signIn.mailedCode());
  await signIn.expectSignedIn();
});

test('an expired code of a sign-in that is over too leads to a new sign-in', async ({
  page,
  person,
  signIn,
}) => {
  await page.clock.install();
  await ageWithThePage(page);
  await signIn.reachCode();
  await fastForwardPastAWait(page, 305_000);
  await page.route(API, (route) => {
    // What the form asks by itself meanwhile is not what this is about.
    if (isWait(route.request())) return route.fallback();
    const message = 'Invalid session for the user, session is expired.';
    return route.fulfill({ status: 400, json: { __type: 'NotAuthorizedException', message } });
  });
  await page.getByRole('button', { name: 'Send a new code' }).click();
  await expect(signIn.alert).toHaveText(
    'This sign-in has timed out. Sign in again to get a new code.',
  );
  await page.getByRole('button', { name: 'Start again' }).click();
  await expect(signIn.email).toHaveValue(person.email);
});

test('the browser’s back and forward keep the place', async ({ page, server, signIn }) => {
  await page.goto(`${server.url}/inbox`);
  await signIn.reachCode();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  await page.goForward();
  await expect(signIn.code).toBeVisible();
  await signIn.code.fill(await signIn.mailedCode());
  await signIn.expectSignedIn();
});

test('a second tab is signed in with the first, and both are out together', async ({
  page,
  context,
  server,
  person,
  signIn,
}) => {
  await signIn.reachCode();
  await page.keyboard.type(await signIn.mailedCode());
  await expect(page.getByRole('heading', { name: 'Welcome' })).toBeVisible();
  const second = await context.newPage();
  await second.goto(server.url);
  await expect(second.getByText(`signed in as ${person.email}`)).toBeVisible();
  await second.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(second.getByRole('textbox', { name: 'Email' })).toBeFocused();
  await expect(signIn.email).toBeVisible();
});

test('eleven digits pasted are not sent, and the form says why', async ({ page, signIn }) => {
  await signIn.reachCode();
  const calls = countCalls(page, 'RespondToAuthChallenge');
  await signIn.paste('12345678901');
  await expect(signIn.alert).toHaveText('That’s more than 6 digits. Check the code.');
  await page.keyboard.press('Enter');
  await expect(signIn.code).toBeFocused();
  expect(calls()).toBe(0);
  await signIn.paste(await signIn.mailedCode());
  await signIn.expectSignedIn();
});

test('whoever signs in first in one of two tabs is signed in in both', async ({
  page,
  context,
  server,
  pool,
  signIn,
}) => {
  await signIn.reachCode();
  const second = await context.newPage();
  await second.goto(server.url);
  await expect(second.getByRole('textbox', { name: 'Email' })).toBeVisible();
  const other = await server.createPerson(pool);
  await second.getByRole('textbox', { name: 'Email' }).fill(other.email);
  await second.getByLabel('Password', { exact: true }).fill(other.password);
  await second.keyboard.press('Enter');
  const code = second.getByRole('textbox', { name: '6-digit code' });
  await code.fill(await server.codeFor(other.email));
  await expect(second.getByText(`signed in as ${other.email}`)).toBeVisible();
  // The browser has one session: the first tab shows whose it is.
  await expect(page.getByText(`signed in as ${other.email}`)).toBeVisible();
});

test('a sign-in finished in a copy of the tab is finished here too', async ({
  page,
  context,
  signIn,
}) => {
  await signIn.reachCode();
  const [copy] = await Promise.all([
    context.waitForEvent('page'),
    page.evaluate(() => void window.open(location.href)),
  ]);
  const code = await signIn.mailedCode();
  await copy.getByRole('textbox', { name: '6-digit code' }).fill(code);
  await expect(copy.getByRole('heading', { name: 'Welcome' })).toBeVisible();
  // And so is the person: nobody has to start again.
  await expect(page.getByRole('heading', { name: 'Welcome' })).toBeVisible();
});
