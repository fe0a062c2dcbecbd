/**
 * The pages of hosted login beyond password and code: passkeys by a virtual authenticator, every page for people who do not see it or use no
 * mouse, and how much of it travels.
 */
import { Page } from '@playwright/test';
import { createHmac } from 'node:crypto';
import { expect, expectAccessible, test as base } from './support/fixtures';
import { RelyingParty, relyingParty } from './support/relying-party';
import { Pool, Server } from './support/server';

const test = base.extend<{ app: RelyingParty }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies off this pattern.
  app: async ({}, use) => {
    const app = await relyingParty();
    await use(app);
    await app.close();
  },
});

const heading = (page: Page, name: string) =>
  expect(page.getByRole('heading', { name })).toBeVisible();

async function register(
  server: Server,
  pool: Pool,
  app: RelyingParty,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const clientId = await server.createHostedClient(pool, app.origin, settings);
  await app.register('one', `${server.url}/${pool.userPoolId}`, clientId);
}

/** Where the app sends people, at a host that passkeys can be made for: no address is one. */
async function startAtLocalhost(app: RelyingParty, prompt?: string): Promise<string> {
  const led = await fetch(app.start('one', prompt), { redirect: 'manual' });
  const url = new URL(led.headers.get('location') ?? '');
  url.hostname = 'localhost';
  return url.href;
}

/** A device that has keys and knows who is there, plugged into the page's browser. */
async function plugIn(page: Page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, authenticatorId };
}

const CHOOSES = { ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] };

test('a passkey is made after a sign-in by password, and is the next one', async ({
  page,
  app,
  server,
}) => {
  const pool = await server.createPasskeyPool();
  await server.createDomain(pool, undefined, 2);
  await register(server, pool, app, CHOOSES);
  const person = await server.createPerson(pool);
  const { cdp, authenticatorId } = await plugIn(page);

  await page.goto(await startAtLocalhost(app));
  await expect(page.getByLabel('Password')).toHaveCount(0);
  await page.getByRole('textbox', { name: 'Email or username' }).fill(person.email);
  await page.keyboard.press('Enter');
  await expect(page.getByText(person.email)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Use a passkey' })).toHaveCount(0);
  await page.getByLabel('Password').fill(person.password);
  await page.keyboard.press('Enter');
  await heading(page, 'Sign in without a password next time');
  await expectAccessible(page, 'offer');
  await page.getByRole('button', { name: 'Create a passkey' }).click();
  await heading(page, `signed in as ${person.email}`);
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  expect(credentials).toHaveLength(1);

  // Somebody else is at the device, whom it does not know: the page says so, and is there still.
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await page.goto(await startAtLocalhost(app, 'login'));
  await page.getByRole('textbox', { name: 'Email or username' }).fill(person.email);
  await page.keyboard.press('Enter');
  await expectAccessible(page, 'choice of the beginning');
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await heading(page, 'Use your passkey');
  await expect(page.getByRole('alert')).toContainText('That passkey didn’t work.');
  await expectAccessible(page, 'passkey, refused');
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await heading(page, `signed in as ${person.email}`);
});

test('without scripts passkeys are not offered, and the password signs in', async ({
  browser,
  app,
  server,
}) => {
  const pool = await server.createPasskeyPool();
  await server.createDomain(pool, undefined, 2);
  await register(server, pool, app, CHOOSES);
  const person = await server.createPerson(pool);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(await startAtLocalhost(app));
  await page.getByRole('textbox', { name: 'Email or username' }).fill(person.email);
  await page.keyboard.press('Enter');
  await page.getByLabel('Password').fill(person.password);
  await page.keyboard.press('Enter');
  await heading(page, `signed in as ${person.email}`);
  await context.close();
});

test('somebody who hears the page signs in by what it says of itself', async ({
  page,
  app,
  server,
  pool,
}) => {
  await server.createDomain(pool);
  await register(server, pool, app);
  const person = await server.createPerson(pool);
  await page.goto(app.start('one'));
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading "Sign in" [level=1]
    - text: Email or username
    - textbox "Email or username"
    - text: Password
    - textbox "Password"
    - button "Continue"
  `);
  await page.getByRole('textbox', { name: 'Email or username' }).fill(person.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(person.password);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading "Check your email" [level=1]
    - text: 6-digit code
    - textbox "6-digit code"
    - button "Verify"
    - button /Send the code again/
    - button "Use a different account"
  `);
  await page
    .getByRole('textbox', { name: '6-digit code' })
    .fill(await server.codeFor(person.email));
  await heading(page, `signed in as ${person.email}`);
});

test('the first page and all it loads travel in twenty kilobytes', async ({
  page,
  app,
  server,
  pool,
}) => {
  const domain = await server.createDomain(pool);
  await register(server, pool, app);
  const sizes: Promise<number>[] = [];
  page.on('requestfinished', (request) => {
    const isOfPages = request.url().includes(`/d/${domain}/`);
    if (isOfPages)
      sizes.push(request.sizes().then((s) => s.responseBodySize + s.responseHeadersSize));
  });
  await page.goto(app.start('one'), { waitUntil: 'networkidle' });
  await heading(page, 'Sign in');
  const whole = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  expect(sizes.length).toBeGreaterThan(2);
  expect(whole).toBeLessThanOrEqual(20 * 1024);
});

/** The code of an authenticator app with this key (RFC 6238). */
function appCode(key: string): string {
  const bits = [...key].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c));
  const text = bits.map((five) => five.toString(2).padStart(5, '0')).join('');
  const seed = Buffer.from((text.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', seed).update(counter).digest();
  const at = (mac[19] ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('the pages of people who cannot sign in yet pass axe, and fit into 320 px', async ({
      page,
      app,
      server,
    }) => {
      const pool = await server.createAppPool();
      const domain = await server.createDomain(pool);
      await register(server, pool, app);
      const person = await server.createPerson(pool);
      await page.setViewportSize({ width: 320, height: 640 });
      const good = async (state: string) => {
        await expectAccessible(page, state);
        const sideways = () =>
          document.documentElement.scrollWidth - document.documentElement.clientWidth;
        expect(await page.evaluate(sideways), state).toBe(0);
      };
      await page.goto(app.start('one'));
      await page.getByRole('button', { name: 'Create an account' }).click();
      await good('sign-up');
      await page.getByRole('button', { name: 'Back to sign-in' }).click();
      await page.getByRole('textbox', { name: 'Email or username' }).fill(person.email);
      await page.getByLabel('Password').fill(person.password);
      await page.keyboard.press('Enter');
      await heading(page, 'Set up your authenticator app');
      await expect(page.getByRole('img', { name: 'QR code of the key below' })).toBeVisible();
      await good('app, set up');
      const key = (await page.locator('.ph-seed').innerText()).replaceAll(' ', '');
      await page.getByRole('textbox', { name: 'Code' }).fill(appCode(key));
      await page.keyboard.press('Enter');
      await heading(page, `signed in as ${person.email}`);
      await page.goto(app.start('one', 'login'));
      await page.getByRole('textbox', { name: 'Email or username' }).fill(person.email);
      await page.getByLabel('Password').fill(person.password);
      await page.keyboard.press('Enter');
      await heading(page, 'Enter the code from your authenticator app');
      await good('app');
      // Who is signed in and comes to the page itself.
      const direct = new URL(page.url());
      direct.pathname = `/d/${domain}/login`;
      direct.searchParams.delete('tx');
      direct.searchParams.delete('prompt');
      await page.goto(direct.href);
      await expect(page.getByRole('link', { name: /Continue as/ })).toBeVisible();
      await good('known');
    });
  });
}
