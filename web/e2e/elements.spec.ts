import { SignInPage, expect, expectAccessible, otherThan } from './support/fixtures';
import { HostedPage, test } from './support/hosted-page';

const SIGN_IN: HostedPage = {
  html: `<ph-sign-in endpoint="ENDPOINT" user-pool-id="POOL" client-id="CLIENT">
      <p>Northwind</p><a slot="links" href="/help">Trouble signing in?</a>
    </ph-sign-in>`,
  script: `import '@poolhouse/elements/sign-in';
    document.addEventListener('signed-in', (event) => { document.title = typeof event.detail.accessToken; });`,
};

test('<ph-sign-in> has room for a logo and links, and hands out the tokens', async ({
  page,
  hosted,
}) => {
  const signIn = await hosted(SIGN_IN);
  await expect(page.getByText('Northwind')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Trouble signing in?' })).toBeVisible();
  await signIn.submitLogin();
  await signIn.code.fill(await signIn.mailedCode());
  await signIn.expectSignedIn();
  await expect(page).toHaveTitle('string');
});

test('<ph-sign-in>: a form that cannot be fetched is said, and fetched at the next try', async ({
  page,
  hosted,
  server,
  pool,
}) => {
  let refused = true;
  await page.route('**/rare-views-*.js*', (route) => (refused ? route.abort() : route.continue()));
  const signIn = await hosted(SIGN_IN);
  const invited = await server.createPerson(pool, { temporary: true });
  await signIn.submitLogin(invited);
  await expect(signIn.alert).toHaveText(
    'We couldn’t reach the server. Check your connection and try again.',
  );
  await expectAccessible(page, 'a form is missing');
  refused = false;
  await page.getByRole('button', { name: 'Start again' }).click();
  await signIn.submitLogin(invited);
  await expect(page.getByLabel('New password', { exact: true })).toBeFocused();
  await expect(page.getByText('8 characters or more')).toHaveCSS('display', 'flex');
});

test('<ph-sign-in>: words that cannot be fetched leave no form at work for ever', async ({
  page,
  hosted,
  server,
  pool,
}) => {
  let refused = true;
  await page.route('**/rare-views-*.js*', (route) => (refused ? route.abort() : route.continue()));
  const signIn = await hosted(SIGN_IN);
  await signIn.submitLogin();
  await endByWrongCodes(signIn, await signIn.mailedCode());
  await expect(signIn.alert).toHaveText(
    'We couldn’t reach the server. Check your connection and try again.',
  );
  refused = false;
  await page.getByRole('button', { name: 'Start again' }).click();
  // Somebody else: nobody gets a second mail within half a minute.
  const other = await server.createPerson(pool);
  await signIn.submitLogin(other);
  await endByWrongCodes(signIn, await server.codeFor(other.email));
  await expect(signIn.alert).toHaveText('Too many wrong codes. Sign in again to get a new one.');
});

async function endByWrongCodes(signIn: SignInPage, code: string): Promise<void> {
  await signIn.awaitCode();
  const wrong = otherThan(code);
  for (const [last, left] of ['2 tries left', '1 try left'].entries()) {
    await signIn.code.fill(wrong.replace(/.$/, String(last)));
    await expect(signIn.alert).toContainText(left);
  }
  await signIn.code.fill(wrong.replace(/.$/, '2'));
}

test('<ph-sign-in> speaks a language, in its direction, that is set at any time', async ({
  page,
  hosted,
}) => {
  await hosted({
    ...SIGN_IN,
    script: `import '@poolhouse/elements/sign-in';
      import { loadTexts } from '@poolhouse/auth/languages';
      globalThis.speak = async (tag) => {
        document.querySelector('ph-sign-in').options = { texts: await loadTexts([tag]) };
      };`,
  });
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.evaluate(() => (globalThis as unknown as { speak(tag: string): void }).speak('he'));
  const heading = page.getByRole('heading', { name: 'כניסה' });
  await expect(heading).toBeVisible();
  await expect(heading).toHaveCSS('direction', 'rtl');
});

test('<ph-otp-input> takes part in a form as a field does', async ({ page, hosted }) => {
  await hosted({
    css: 'button { min-height: 32px; margin: 8px; }',
    html: `<h1>Codes</h1><form><label for="code">Your code</label>
      <ph-otp-input id="code" name="code" required></ph-otp-input><button>Go</button>
      <button type="reset">Clear</button></form><output></output>`,
    script: `import '@poolhouse/elements/otp-input';
      const form = document.querySelector('form');
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        document.querySelector('output').value = new FormData(form).get('code');
      });
      form.addEventListener('code-completed', (event) => { document.title = event.detail; });`,
  });
  const field = page.getByRole('textbox', { name: 'Your code' });
  const valid = () => page.evaluate(() => document.querySelector('form')?.checkValidity());
  expect(await valid()).toBe(false);
  await page.getByText('Your code').click();
  await expect(field).toBeFocused();
  await page.keyboard.type('123');
  expect(await valid()).toBe(false);
  await page.keyboard.type('456');
  await expect(page).toHaveTitle('123456');
  await page.keyboard.press('Enter');
  await expect(page.locator('output')).toHaveText('123456');
  await expectAccessible(page, 'field in a form');
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(field).toHaveValue('');
});
