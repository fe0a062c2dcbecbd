import { Page } from '@playwright/test';
import { expect, expectAccessible, otherThan } from './support/fixtures';
import { HostedPage, test } from './support/hosted-page';

const SIGN_IN: HostedPage = {
  html: `<ph-sign-in endpoint="ENDPOINT" user-pool-id="POOL" client-id="CLIENT">
      <p>Northwind</p><a slot="links" href="/help">Trouble signing in?</a>
    </ph-sign-in>`,
  script: `import '@poolhouse/elements/sign-in';
    document.addEventListener('signed-in', (event) => { document.title = typeof event.detail.accessToken; });`,
};

/** The tokens have reached the page around the element. */
async function expectTokens(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'You’re signed in' })).toBeVisible();
  await expect(page).toHaveTitle('string');
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('<ph-sign-in> signs in, and every state on the way passes axe', async ({
      page,
      hosted,
    }) => {
      const signIn = await hosted({
        ...SIGN_IN,
        css: ':root { color-scheme: light dark; background: canvas }',
      });
      await expect(signIn.email).toBeFocused();
      await expect(page.getByText('Northwind')).toBeVisible();
      await expect(page.getByRole('link', { name: 'Trouble signing in?' })).toBeVisible();
      await expectAccessible(page, 'first look');
      await page.keyboard.press('Enter');
      await expect(page.getByText('Enter your email.')).toBeVisible();
      await expect(signIn.email).toHaveAccessibleDescription('Enter your email.');
      await expectAccessible(page, 'empty fields');
      await signIn.submitLogin();
      await expect(signIn.code).toBeFocused();
      await expect(signIn.code).toHaveAccessibleDescription(/^We sent a code to a\S+@e\S+\. /);
      await expectAccessible(page, 'code');
      const code = await signIn.mailedCode();
      await page.keyboard.type(otherThan(code));
      await expect(signIn.alert).toHaveText('That code isn’t right. 2 tries left.');
      await expectAccessible(page, 'wrong code');
      await page.keyboard.type(code);
      await expectTokens(page);
      await expectAccessible(page, 'done');
    });
  });
}

test('<ph-sign-in>: a wrong password, three wrong codes, a new start', async ({
  page,
  person,
  hosted,
}) => {
  const signIn = await hosted(SIGN_IN);
  await signIn.submitLogin({ ...person, password: 'Wrong-Horse-9!' });
  await expect(signIn.alert).toHaveText(
    'That email and password don’t match. Check both and try again.',
  );
  await signIn.submitLogin();
  const wrong = await signIn.wrongCode();
  await signIn.code.fill(wrong);
  await expect(signIn.alert).toContainText('2 tries left');
  await page.keyboard.type(otherThan(wrong).replace(/.$/, '0'));
  await expect(signIn.alert).toContainText('1 try left');
  await page.keyboard.type(wrong);
  await expect(signIn.alert).toHaveText('Too many wrong codes. Sign in again to get a new one.');
  await expectAccessible(page, 'ended');
  await page.getByRole('button', { name: 'Start again' }).click();
  await expect(signIn.email).toHaveValue(person.email);
  await expect(signIn.password).toBeFocused();
});

test('<ph-sign-in>: pasting, editing, a refresh in the middle', async ({ page, hosted }) => {
  const signIn = await hosted(SIGN_IN);
  await signIn.submitLogin();
  await expect(signIn.code).toBeFocused();
  await page.keyboard.type('1a2');
  await expect(signIn.code).toHaveValue('12');
  await page.keyboard.press('Enter');
  await expect(signIn.alert).toHaveText('Enter all 6 digits.');
  await page.reload();
  await expect(signIn.code).toBeFocused();
  const code = await signIn.mailedCode();
  await page.evaluate(
    (text) => document.execCommand('insertText', false, text),
    `${code.slice(0, 3)} ${code.slice(3)}`,
  );
  await expectTokens(page);
});

test('<ph-sign-in>: an invited person chooses a password', async ({
  page,
  server,
  pool,
  hosted,
}) => {
  const signIn = await hosted(SIGN_IN);
  const person = await server.createPerson(pool, { temporary: true });
  await signIn.submitLogin(person);
  const field = page.getByLabel('New password', { exact: true });
  await expect(field).toBeFocused();
  await page.keyboard.type('short');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This password doesn’t meet the rules.')).toBeVisible();
  await expectAccessible(page, 'rules');
  await field.fill('Chosen-Horse-9!');
  await page.keyboard.press('Enter');
  await signIn.code.fill(await server.codeFor(person.email));
  await expectTokens(page);
});

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
