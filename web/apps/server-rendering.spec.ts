/** A clean Angular app that a server renders: what happens before its scripts run, or if they never do. */
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, SignInPage, test as base } from '../e2e/support/fixtures';
import { ANGULAR_SERVER, angularApp } from './support/angular-app';
import { CleanApp, pack } from './support/clean-app';

const test = base.extend<object, { rendered: { url: string; requests: string[] } }>({
  rendered: [
    async ({ server, pool }, use) => {
      const names = { ...pool, endpoint: `${server.url}/` };
      const packed = pack();
      const app = new CleanApp(angularApp(ANGULAR_SERVER, packed, names, true));
      app.install();
      app.run(process.execPath, 'node_modules/@angular/cli/bin/ng.js', 'build', 'app');
      const { reqHandler } = (await import(join(app.folder, 'dist/app/server/server.mjs'))) as {
        reqHandler: (request: object, answer: object, next: () => void) => unknown;
      };
      const requests: string[] = [];
      const web = createServer((request, answer) => {
        requests.push(`${request.method} ${request.url} ${request.headers.referer ?? ''}`);
        const built = app.file('dist/app/browser', request.url?.split('?')[0] ?? '');
        const nothing = () => answer.writeHead(404).end();
        if (!built) return void reqHandler(request, answer, nothing);
        answer.setHeader('content-type', built.type);
        answer.end(built.body);
      });
      await new Promise<void>((listening) => web.listen(0, '127.0.0.1', listening));
      const { port } = web.address() as AddressInfo;
      await use({ url: `http://localhost:${port}/`, requests });
      web.close();
      app.remove();
      packed.remove();
    },
    { scope: 'worker', timeout: 600_000 },
  ],
});

test('without scripts the password goes nowhere: not into an address, a request or a Referer', async ({
  browser,
  rendered,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(rendered.url);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Email' }).fill('ana@example.com');
  await page.getByLabel('Password', { exact: true }).fill('Secret-Horse-9!');
  await expect(page.locator('button[type=submit]')).toBeDisabled();
  await page.keyboard.press('Enter');
  // What the browser sends by itself comes before what it is made to send now.
  const help = page.waitForRequest((request) => request.url().endsWith('/help'));
  await page.getByRole('link', { name: 'Help' }).click();
  await help;
  await expect.poll(() => rendered.requests.join('\n')).toContain('GET /help');
  expect(rendered.requests.join('\n')).not.toContain('POST');
  expect(rendered.requests.join('\n')).not.toContain('Secret');
  await context.close();
});

test('with late scripts what was typed stays, and the sign-in goes on', async ({
  page,
  server,
  person,
  rendered,
}) => {
  let release: (() => void) | undefined;
  const late = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/*.js', async (route) => {
    await late;
    await route.continue();
  });
  await page.goto(rendered.url, { waitUntil: 'commit' });
  const signIn = new SignInPage(page, server, person);
  await signIn.email.fill(person.email);
  await signIn.password.fill(person.password);
  await page.keyboard.press('Enter');
  expect(page.url()).toBe(rendered.url);
  release?.();
  await expect(signIn.continue).toBeEnabled();
  await expect(signIn.email).toHaveValue(person.email);
  await expect(signIn.password).toHaveValue(person.password);
  await page.keyboard.press('Enter');
  await expect(signIn.code).toBeFocused();
  await signIn.code.fill(await signIn.mailedCode());
  await signIn.expectSignedIn();
  expect(rendered.requests.join('\n')).not.toContain(person.password);
});

test('a sign-in in progress goes on after a reload of the rendered page', async ({
  page,
  server,
  person,
  rendered,
}) => {
  await page.goto(rendered.url);
  const signIn = new SignInPage(page, server, person);
  await expect(signIn.continue).toBeEnabled();
  await signIn.submitLogin();
  await expect(signIn.code).toBeFocused();
  await page.reload();
  await expect(signIn.code).toBeFocused();
  await signIn.code.fill(await signIn.mailedCode());
  await signIn.expectSignedIn();
});
