/** The client of the Model Context Protocol's own SDK, unmodified: it finds the pool by itself, registers, signs in with password and mailed code. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Browser } from './support/browser.mjs';
import { startMcpServer } from './support/mcp-server.mjs';
import { setUp } from './support/setup.mjs';

const CALLBACK = 'http://127.0.0.1:33418/callback';
const SCOPE = 'notes/read';
let scene;
let mcp;

before(async () => {
  scene = await setUp();
  const { admin, pool } = scene;
  const { UserPool } = await admin.describeUserPool({ UserPoolId: pool.id });
  await admin.updateUserPool({
    UserPoolId: pool.id,
    LambdaConfig: UserPool.LambdaConfig,
    DcrConfiguration: { OpenDcrEnabled: true, AllowedScopes: [SCOPE] },
  });
  await admin.createUserPoolDomain({ UserPoolId: pool.id, Domain: 'notes' });
  await admin.createResourceServer({
    UserPoolId: pool.id,
    Identifier: 'notes',
    Name: 'Notes',
    Scopes: [{ ScopeName: 'read', ScopeDescription: 'Read your notes' }],
  });
  mcp = await startMcpServer({ issuer: `${scene.server.url}/${pool.id}`, scope: SCOPE });
});

after(async () => {
  await mcp?.stop();
  await scene?.stop();
});

/** What an application hands to the SDK: where it keeps things, and how it opens a browser. */
class Application {
  redirectUrl = CALLBACK;
  clientMetadata = {
    client_name: 'Notes for the terminal',
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  #state = crypto.randomUUID();

  state = () => this.#state;
  clientInformation = () => this.client;
  saveClientInformation(client) {
    this.client = client;
  }
  tokens = () => this.held;
  saveTokens(tokens) {
    this.held = tokens;
  }
  redirectToAuthorization(url) {
    this.asked = url;
  }
  codeVerifier = () => this.verifier;
  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }
}

async function connect(application) {
  const transport = new StreamableHTTPClientTransport(new URL(mcp.url), { authProvider: application });
  const client = new Client({ name: 'test', version: '1.0.0' });
  try {
    await client.connect(transport);
    return { client, transport };
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    return { transport };
  }
}

/** The sign-in on the pages, up to the one that asks whether the app may come in. */
async function signIn(browser, application, { email, password }) {
  const login = await browser.visit(application.asked.href);
  const code = await browser.submit(login, { username: email, password });
  return browser.submit(code, { code: await scene.pool.codeFor(email) });
}

async function whoami(client) {
  const { content } = await client.callTool({ name: 'whoami', arguments: {} });
  return content[0].text;
}

test('the SDK registers, signs in with password and code once it was allowed to, and refreshes', async () => {
  const user = await scene.pool.user();
  const application = new Application();
  const { transport } = await connect(application);
  assert.equal(application.asked.searchParams.get('resource'), mcp.url);
  assert.equal(application.asked.searchParams.get('scope'), SCOPE);
  assert.equal(application.client.token_endpoint_auth_method, 'none');

  const browser = new Browser();
  const consent = await signIn(browser, application, user);
  for (const words of ['Let “Notes for the terminal” in?', user.email, 'Read your notes', mcp.url]) {
    assert.ok(consent.text.includes(words), `${words}: ${consent.text}`);
  }
  const { left } = await browser.submit(consent, { action: 'allow' });
  assert.equal(left.origin + left.pathname, CALLBACK);
  assert.equal(left.searchParams.get('state'), application.state());
  assert.equal(left.searchParams.get('iss'), `${scene.server.url}/${scene.pool.id}`);
  await transport.finishAuth(left.searchParams.get('code'));

  const { client } = await connect(application);
  assert.match(await whoami(client), /^[0-9a-f-]{36}$/);

  // A token that is over is exchanged without anybody at a browser, and the refresh token with it.
  const before = application.held;
  application.held = { ...before, access_token: 'over' };
  application.asked = undefined;
  await whoami(client);
  assert.equal(application.asked, undefined);
  assert.notEqual(application.held.refresh_token, before.refresh_token);
  await client.close();

  // The browser is signed in and was asked: the next time nobody types anything.
  application.held = undefined;
  await connect(application);
  const again = await browser.visit(application.asked.href);
  assert.ok(again.left?.searchParams.get('code'), again.text);
});

test('whoever says no lets nobody in, and a wrong code is a try', async () => {
  const user = await scene.pool.user();
  const application = new Application();
  const { transport } = await connect(application);
  const browser = new Browser();
  const login = await browser.visit(application.asked.href);
  const page = await browser.submit(login, { username: user.email, password: user.password });
  const code = await scene.pool.codeFor(user.email);
  const wrong = await browser.submit(page, { code: String((Number(code) + 1) % 1_000_000).padStart(6, '0') });
  assert.ok(wrong.text.includes('role="alert"'), wrong.text);
  const consent = await browser.submit(wrong, { code });
  const { left } = await browser.submit(consent, { action: 'deny' });
  assert.equal(left.searchParams.get('error'), 'access_denied');
  await assert.rejects(transport.finishAuth('made-up'));
  assert.equal(application.held, undefined);
});

test('a token for another server does not open this one', async () => {
  const other = await startMcpServer({ issuer: `${scene.server.url}/${scene.pool.id}`, scope: SCOPE });
  try {
    const user = await scene.pool.user();
    const application = new Application();
    const { transport } = await connect(application);
    const browser = new Browser();
    const consent = await signIn(browser, application, user);
    const { left } = await browser.submit(consent, { action: 'allow' });
    await transport.finishAuth(left.searchParams.get('code'));
    const headers = { authorization: `Bearer ${application.held.access_token}` };
    const status = async (url) => (await fetch(url, { method: 'POST', headers })).status;
    assert.equal(await status(other.url), 401);
    assert.notEqual(await status(mcp.url), 401);
  } finally {
    await other.stop();
  }
});
