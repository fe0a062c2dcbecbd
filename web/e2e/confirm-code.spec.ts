import { countCalls, expect, expectAccessible, otherThan, test } from './support/fixtures';
import { ageWithThePage } from './support/ageing';

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

test('wrong codes are counted down, and the third ends the sign-in', async ({
  page,
  person,
  signIn,
}) => {
  await signIn.reachCode();
  const wrong = await signIn.wrongCode();
  await page.keyboard.type(wrong);
  await expect(signIn.alert).toHaveText('That code isn’t right. 2 tries left.');
  await expect(signIn.code).toHaveValue(wrong);

  // The code is selected: what is typed next replaces it.
  await page.keyboard.type(otherThan(wrong).replace(/.$/, '0'));
  await expect(signIn.alert).toHaveText('That code isn’t right. 1 try left.');
  await page.keyboard.type(wrong);
  await expect(signIn.alert).toHaveText('Too many wrong codes. Sign in again to get a new one.');

  await page.getByRole('button', { name: 'Start again' }).click();
  await expect(signIn.email).toHaveValue(person.email);
  await expect(signIn.password).toBeFocused();
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

test('letters are ignored, editing is native, and a short code is not sent', async ({
  page,
  signIn,
}) => {
  await signIn.reachCode();
  const calls = countCalls(page, 'RespondToAuthChallenge');
  await page.keyboard.type('1a2 b3');
  await expect(signIn.code).toHaveValue('123');
  await page.keyboard.press('Backspace');
  await expect(signIn.code).toHaveValue('12');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.type('9');
  await expect(signIn.code).toHaveValue('192');
  await page.keyboard.press('Enter');
  await expect(signIn.alert).toHaveText('Enter all 6 digits.');
  await expect(signIn.code).toBeFocused();
  await page.keyboard.type('4');
  await expect(signIn.alert).toBeHidden();
  expect(calls()).toBe(0);
});

const SHAPES: readonly [name: string, shape: (code: string) => string][] = [
  ['as it is', (code) => code],
  ['with spaces', (code) => ` ${code.slice(0, 3)} ${code.slice(3)} `],
  ['with a dash', (code) => `${code.slice(0, 3)}-${code.slice(3)}`],
  ['in a sentence', (code) => `At 10:45 on 22 Nov: your code is ${code}.`],
  ['full-width', (code) => [...code].map((d) => String.fromCodePoint(0xff10 + Number(d))).join('')],
  ['with a line break', (code) => `${code}\n`],
];
for (const [name, shape] of SHAPES) {
  test(`a code pasted ${name} signs in`, async ({ page, signIn }) => {
    await signIn.reachCode();
    // A false start: the paste replaces it.
    await page.keyboard.type('99');
    await signIn.paste(shape(await signIn.mailedCode()));
    await signIn.expectSignedIn();
  });
}

test('a code filled in by the browser or the phone signs in', async ({ signIn }) => {
  await signIn.reachCode();
  await signIn.code.fill(await signIn.mailedCode());
  await signIn.expectSignedIn();
});

test('the same code comes again, after the wait and not before', async ({
  page,
  person,
  server,
  signIn,
}) => {
  await signIn.reachCode();
  const code = await signIn.mailedCode();
  const calls = countCalls(page, 'RespondToAuthChallenge');
  const early = page.getByRole('button', { name: 'Send the code again in' });
  await early.click({ force: true });
  await page.keyboard.type('12');
  expect(calls()).toBe(0);
  expect(await server.mailsTo(person.email)).toHaveLength(1);

  const resend = page.getByRole('button', { name: 'Send the code again', exact: true });
  await resend.click({ timeout: 60_000 });
  await expect(page.getByText('We sent the code again.')).toBeVisible();
  await expect(signIn.code).toHaveValue('');
  await expect(signIn.code).toBeFocused();
  await expect(page.getByRole('timer')).toHaveText(/Expires in 4:[0-3]\d/);
  await expect.poll(async () => (await server.mailsTo(person.email)).length).toBe(2);
  expect(await signIn.mailedCode()).toBe(code);
  await page.keyboard.type(code);
  await signIn.expectSignedIn();
  expect(calls(), 'one mail asked for, one code sent').toBe(2);
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

test('an expired code says so, and a new one may be sent', async ({ page, signIn }) => {
  await page.clock.install();
  await ageWithThePage(page);
  await signIn.reachCode();
  await page.clock.fastForward(235_000);
  await expect(page.getByRole('status').filter({ hasText: '1 minute left' })).toBeAttached();
  await page.clock.fastForward(70_000);
  await expect(signIn.alert).toHaveText('This code has expired. Send a new one.');
  await expect(page.getByRole('button', { name: 'Verify' })).toBeHidden();
  await expectAccessible(page, 'expired');
  // The server's clock has not moved, so what it mails again is not a new code; the page is told it is.
  const mailed = await signIn.mailedCode();
  await page.route(API, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { ChallengeParameters: Record<string, string> };
    const parameters = { result: 'sent', expiresIn: '300', resendIn: '30' };
    Object.assign(body.ChallengeParameters, parameters);
    await route.fulfill({ response: answer, json: body });
  });
  await page.getByRole('button', { name: 'Send a new code' }).click();
  await expect(page.getByText('We sent a new code.')).toBeVisible();
  await expect(signIn.code).toBeFocused();
  await page.unroute(API);
  await page.keyboard.type(mailed);
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
  await page.clock.fastForward(305_000);
  await page.route(API, (route) => {
    // What the form asks by itself meanwhile is not what this is about.
    if ((route.request().postData() ?? '').includes('"wait"')) return route.fallback();
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

test('a refresh keeps the step and the clocks, and stores no secret', async ({
  page,
  person,
  signIn,
}) => {
  await signIn.reachCode();
  const code = await signIn.mailedCode();
  await page.keyboard.type(otherThan(code));
  await expect(signIn.alert).toContainText('2 tries left');
  const stored = await page.evaluate(() => JSON.stringify({ ...sessionStorage }));
  for (const secret of [person.password, code, otherThan(code), person.email]) {
    expect(stored).not.toContain(secret);
  }

  await page.reload();
  await expect(signIn.code).toBeFocused();
  await expect(page.getByRole('timer')).toHaveText(/Expires in [45]:\d\d/);
  await expect(page.getByRole('button', { name: 'Send the code again in 0:' })).toBeVisible();
  await page.keyboard.type(code);
  await signIn.expectSignedIn();
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

test('a different account starts from nothing', async ({ page, signIn }) => {
  await signIn.reachCode();
  await page.getByRole('button', { name: 'Use a different account' }).click();
  await expect(signIn.email).toBeFocused();
  await expect(signIn.email).toHaveValue('');
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});
