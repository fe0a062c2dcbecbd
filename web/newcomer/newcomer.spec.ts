/**
 * What somebody does who has unpacked the tarball and run `poolhouse quickstart`, and whom they
 * invite. Run by name: `cargo xtask test newcomer`, which starts the program and hands on what it
 * has printed. The codes of this server live for a minute.
 */
import { Page, expect, test } from '@playwright/test';
import { SignInPage, otherThan } from '../e2e/support/fixtures';
import { Person, Server } from '../e2e/support/server';

const url = variable('POOLHOUSE_URL');
const pool = { userPoolId: variable('POOLHOUSE_POOL'), clientId: variable('POOLHOUSE_CLIENT') };
const ada: Person = { email: variable('POOLHOUSE_USER'), password: variable('POOLHOUSE_PASSWORD') };
const key = { id: variable('AWS_ACCESS_KEY_ID'), secret: variable('AWS_SECRET_ACCESS_KEY') };
const server = new Server(url, key);

test('from the tarball to the account page, and what can go wrong on the way', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const look = (name: string, of: Page = page) =>
    of.screenshot({ path: `${variable('PICTURES')}/${name}.png` });

  await test.step('sign in with the code from the inbox', async () => {
    const signIn = new SignInPage(page, server, ada);
    await signIn.open();
    await expect(signIn.email).toBeFocused();
    await look('sign-in');
    await signIn.submitLogin();
    await expect(signIn.code).toBeFocused();
    await look('code');
    const inbox = await context.newPage();
    await inbox.goto(`${url}/inbox`);
    await inbox.getByRole('button', { name: ada.email }).click();
    await inbox.getByRole('button', { name: 'Copy code' }).click();
    await expect(inbox.getByRole('button', { name: 'Copied' })).toBeVisible();
    await look('inbox', inbox);
    const code = await inbox.evaluate(() => navigator.clipboard.readText());
    await inbox.close();
    await signIn.paste(code);
    await signIn.expectSignedIn();
    await expect(page.getByRole('heading', { name: 'Welcome' })).toBeVisible();
    await look('account');
  });

  await test.step('each file of the page is the same in every encoding', async () => {
    const files = await page.evaluate(() =>
      performance.getEntriesByType('resource').map((file) => file.name),
    );
    const scripts = files.filter((file) => /\.(js|css)$/.test(file));
    expect(scripts.length).toBeGreaterThan(3);
    for (const file of scripts) {
      const bodies = ['br', 'gzip', 'identity'].map(async (encoding) => {
        const answer = await context.request.get(file, {
          headers: { 'accept-encoding': encoding },
        });
        expect(answer.headers()['content-encoding'] ?? 'identity').toBe(encoding);
        return answer.text();
      });
      const [brotli, gzip, plain] = await Promise.all(bodies);
      expect(brotli).toBe(plain);
      expect(gzip).toBe(plain);
    }
  });

  await test.step('sign out, and in again at once', async () => {
    await signOut(page);
    const signIn = new SignInPage(page, server, ada);
    await signIn.submitLogin();
    await signInWithMail(signIn, ada, 2);
    await signOut(page);
  });

  await test.step('somebody invited chooses a password', async () => {
    const grace = await invite('grace@example.com', true);
    const signIn = new SignInPage(page, server, grace);
    await signIn.open();
    await signIn.submitLogin();
    const field = page.getByLabel('New password', { exact: true });
    await field.fill('Chosen-Horse-9');
    await look('new-password');
    await page.keyboard.press('Enter');
    await signInWithMail(signIn, grace, 1);
    await signOut(page);
  });

  await test.step('three wrong codes end the sign-in', async () => {
    const edsger = await invite('edsger@example.com');
    const signIn = new SignInPage(page, server, edsger);
    await signIn.open();
    await signIn.submitLogin();
    await expect(signIn.code).toBeFocused();
    const wrong = otherThan(await server.codeFor(edsger.email));
    await page.keyboard.type(wrong);
    await expect(signIn.alert).toHaveText('That code isn’t right. 2 tries left.');
    await look('wrong-code');
    await page.keyboard.type(otherThan(wrong).replace(/.$/, '0'));
    await expect(signIn.alert).toHaveText('That code isn’t right. 1 try left.');
    await page.keyboard.type(wrong);
    await expect(signIn.alert).toHaveText('Too many wrong codes. Sign in again to get a new one.');
    await look('too-many-wrong-codes');
    await page.getByRole('button', { name: 'Start again' }).click();
    await expect(signIn.email).toHaveValue(edsger.email);
  });

  await test.step('a code that has expired is replaced by a new one', async () => {
    const barbara = await invite('barbara@example.com');
    const signIn = new SignInPage(page, server, barbara);
    await signIn.open();
    await signIn.submitLogin();
    await expect(signIn.code).toBeFocused();
    const expired = 'This code has expired. Send a new one.';
    await expect(signIn.alert).toHaveText(expired, { timeout: 120_000 });
    await look('expired');
    await page.getByRole('button', { name: 'Send a new code' }).click();
    await signInWithMail(signIn, barbara, 2);
    await signOut(page);
  });
});

/** Types the code of the newest mail, once so many have come. */
async function signInWithMail(signIn: SignInPage, person: Person, mails: number): Promise<void> {
  await expect(signIn.code).toBeFocused();
  await expect.poll(async () => (await server.mailsTo(person.email)).length).toBe(mails);
  await signIn.page.keyboard.type(await server.codeFor(person.email));
  await signIn.expectSignedIn();
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page.getByRole('textbox', { name: 'Email' })).toBeFocused();
}

function invite(email: string, temporary = false): Promise<Person> {
  return server.createPerson(pool, { email, temporary });
}

/** What `cargo xtask test newcomer` hands on. */
function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run cargo xtask test newcomer.`);
  return value;
}
