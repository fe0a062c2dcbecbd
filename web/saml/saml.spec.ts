/**
 * Sign-ins by SimpleSAMLphp in a browser, which decides which cookies go with a form from another
 * site. Run by name: `cargo xtask test saml`, which installs it and starts the server.
 */
import { Page } from '@playwright/test';
import { expect, test as base } from '../e2e/support/fixtures';
import { RelyingParty, relyingParty } from '../e2e/support/relying-party';
import { Pool } from '../e2e/support/server';
import { Options, SimpleSamlPhp } from './support/simplesamlphp';

/** How a test's provider and its service provider are set up. */
interface Setting {
  readonly provider?: Readonly<Record<string, string>>;
  readonly remote?: Options;
  /** Whether the pool fetches the metadata by itself. */
  readonly byUrl?: boolean;
}

interface Campus {
  readonly pool: Pool;
  readonly entityId: string;
  readonly acs: string;
  readonly app: RelyingParty;
  /** Makes the provider and the app that signs in by it. */
  open(setting?: Setting): Promise<void>;
}

const test = base.extend<{ campus: Campus }, { idp: SimpleSamlPhp }>({
  idp: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies off this pattern.
    async ({}, use) => {
      const idp = await SimpleSamlPhp.start(Number(variable('SAML_PORT')));
      await use(idp);
      idp.stop();
    },
    { scope: 'worker' },
  ],

  campus: async ({ server, idp }, use) => {
    const pool = await server.createPlainPool();
    const domain = await server.createDomain(pool);
    const app = await relyingParty();
    const entityId = `urn:amazon:cognito:sp:${pool.userPoolId}`;
    const acs = `${server.url}/d/${domain}/saml2/idpresponse`;
    const slo = `${server.url}/d/${domain}/saml2/logout`;
    const open = async ({ provider = {}, remote = {}, byUrl = false }: Setting = {}) => {
      const metadata: Record<string, string> = byUrl
        ? { MetadataURL: idp.metadataUrl }
        : { MetadataFile: await idp.metadata() };
      const details = { ...metadata, ...provider };
      const shown = await server.createSamlProvider(pool, 'Campus', details);
      const encryption = shown['ActiveEncryptionCertificate'];
      idp.trust(entityId, acs, slo, {
        certData: encryption ?? (await server.signingCertificate(pool)),
        ...remote,
      });
      const { clientId } = await server.createOidcClient(pool, {
        CallbackURLs: [`${app.origin}/cb`],
        LogoutURLs: [`${app.origin}/bye`],
        SupportedIdentityProviders: ['Campus'],
      });
      await app.register('one', `${server.url}/${pool.userPoolId}`, clientId);
    };
    await use({ pool, entityId, acs, app, open });
    await app.close();
  },
});

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run cargo xtask test saml.`);
  return value;
}

const heading = (page: Page, name: string | RegExp) =>
  expect(page.getByRole('heading', { name })).toBeVisible();

async function signInAt(page: Page, idp: SimpleSamlPhp, name: string, password: string) {
  await page.waitForURL((url) => url.origin === idp.origin);
  await page.locator('input[name=username]').fill(name);
  await page.locator('input[name=password]').fill(password);
  await page.keyboard.press('Enter');
}

test('somebody signs in by SAML, and again without a password', async ({
  page,
  campus,
  idp,
  server,
}) => {
  await campus.open({ byUrl: true });
  await page.goto(campus.app.start('one'));
  await signInAt(page, idp, 'alice', 'wonderland');
  await heading(page, 'signed in as alice@example.com');
  const alice = await server.describeUser(campus.pool, 'Campus_alice');
  expect(alice.status).toBe('EXTERNAL_PROVIDER');
  expect(alice.attributes['email']).toBe('alice@example.com');
  expect(alice.attributes['custom:groups']).toBe('[staff,a%2C%20b]');
  expect(JSON.parse(alice.attributes['identities'] ?? '')).toMatchObject([
    {
      userId: 'alice',
      providerName: 'Campus',
      providerType: 'SAML',
      issuer: `${idp.origin}/metadata`,
    },
  ]);

  // Back to the provider, which knows the browser by now.
  await page.context().clearCookies({ domain: '127.0.0.1' });
  await page.goto(campus.app.start('one'));
  await heading(page, 'signed in as alice@example.com');
  const again = await server.describeUser(campus.pool, 'Campus_alice');
  expect(again.attributes['sub']).toBe(alice.attributes['sub']);
});

test('a provider that takes only signed requests takes ours', async ({ page, campus, idp }) => {
  const remote = { 'validate.authnrequest': true, 'redirect.validate': true };
  await campus.open({ provider: { RequestSigningAlgorithm: 'rsa-sha256' }, remote });
  await page.goto(campus.app.start('one'));
  await signInAt(page, idp, 'bob', 'builder');
  await heading(page, 'signed in as bob@example.com');
});

test('a provider that takes only signed requests refuses one that is not', async ({
  page,
  campus,
  idp,
}) => {
  await campus.open({ remote: { 'validate.authnrequest': true, 'redirect.validate': true } });
  await page.goto(campus.app.start('one'));
  await page.waitForURL((url) => url.origin === idp.origin);
  await expect(page.locator('input[name=username]')).toHaveCount(0);
});

for (const [what, remote] of [
  ['only the assertion', { 'saml20.sign.response': false }],
  ['only the response', { 'saml20.sign.assertion': false }],
  ['by SHA-512', { 'signature.algorithm': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512' }],
] as const) {
  test(`a response may be signed so: ${what}`, async ({ page, campus, idp }) => {
    await campus.open({ remote });
    await page.goto(campus.app.start('one'));
    await signInAt(page, idp, 'bob', 'builder');
    await heading(page, 'signed in as bob@example.com');
  });
}

test('an assertion may be encrypted', async ({ page, campus, idp }) => {
  const remote = { 'assertion.encryption': true };
  await campus.open({ provider: { EncryptedResponses: 'true' }, remote });
  await page.goto(campus.app.start('one'));
  await signInAt(page, idp, 'bob', 'builder');
  await heading(page, 'signed in as bob@example.com');
});

for (const [what, setting] of [
  [
    'without a signature',
    { remote: { 'saml20.sign.response': false, 'saml20.sign.assertion': false } },
  ],
  [
    'signed by SHA-1',
    { remote: { 'signature.algorithm': 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' } },
  ],
  ['in the clear where it must be encrypted', { provider: { EncryptedResponses: 'true' } }],
] as const) {
  test(`nobody signs in by a response ${what}`, async ({ page, campus, idp }) => {
    await campus.open(setting);
    await page.goto(campus.app.start('one'));
    await signInAt(page, idp, 'bob', 'builder');
    await heading(page, 'refused: server_error');
  });
}

test('somebody who signs out of the app is signed out there, too', async ({
  page,
  campus,
  idp,
}) => {
  await campus.open({
    provider: { IDPSignout: 'true' },
    remote: { 'validate.logout': true, 'sign.logout': true },
  });
  await page.goto(campus.app.start('one'));
  await signInAt(page, idp, 'alice', 'wonderland');
  await heading(page, 'signed in as alice@example.com');
  await page.goto(campus.app.leave('one'));
  await heading(page, 'signed out');
  expect(page.url()).toBe(`${campus.app.origin}/bye`);
  // The provider, which would know the browser otherwise, asks for the password.
  await page.goto(campus.app.start('one'));
  await page.waitForURL((url) => url.origin === idp.origin);
  await expect(page.locator('input[name=password]')).toBeVisible();
});

test('a response is good once, and in the browser that asked for it', async ({
  page,
  campus,
  idp,
  browser,
}) => {
  await campus.open();
  let form = '';
  await page.route(campus.acs, async (route) => {
    form = route.request().postData() ?? '';
    await route.abort();
  });
  await page.goto(campus.app.start('one'));
  await signInAt(page, idp, 'alice', 'wonderland');
  await expect.poll(() => form).toContain('SAMLResponse=');
  await page.unroute(campus.acs);

  const thief = await browser.newContext();
  const post = (context: typeof thief, cookie?: string) =>
    context.request.post(campus.acs, {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(cookie ? { cookie } : {}),
      },
      data: form,
      maxRedirects: 0,
    });
  expect((await post(thief)).status()).toBe(400);
  // In the right one it is as good as ever, the first time.
  // All of them: asked for an address of plain HTTP, the secure ones are left out.
  const held = await page.context().cookies();
  const ours = held.filter(({ domain }) => domain === '127.0.0.1');
  const own = ours.map(({ name, value }) => `${name}=${value}`).join('; ');
  const first = await post(thief, own);
  expect(first.headers()['location']).toContain('code=');
  expect((await post(thief, own)).status()).toBe(400);
  await thief.close();
});
