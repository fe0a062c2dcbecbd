/** Signing in by a provider that nobody here wrote: oidc-provider, which is certified. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider';
import { CLIENT, reserveProvider } from './support/identity-provider.mjs';
import { startServer } from './support/server.mjs';
import { Traveller } from './support/traveller.mjs';

const CALLBACK = 'https://app.example/cb';
const people = {
  'user-1': { email: 'ada@corp.example', email_verified: true, name: 'Ada' },
  'user-2': { email: 'bob@corp.example', email_verified: false, name: 'Bob' },
};
let provider, server, admin, pool, client;

before(async () => {
  provider = await reserveProvider();
  server = await startServer(`[hosted]\nfetch_allow = ["${provider.host}"]\n`);
  provider.open(`${server.url}/d/acme/oauth2/idpresponse`, people);
  const { credentials, url: endpoint } = server;
  admin = new CognitoIdentityProvider({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 });
  pool = (await admin.createUserPool({ PoolName: 'federated' })).UserPool.Id;
  await admin.createUserPoolDomain({ UserPoolId: pool, Domain: 'acme' });
  await admin.createIdentityProvider({
    UserPoolId: pool,
    ProviderName: 'Corp',
    ProviderType: 'OIDC',
    ProviderDetails: {
      ...CLIENT,
      oidc_issuer: provider.issuer,
      authorize_scopes: 'openid email profile',
      attributes_request_method: 'GET',
    },
    AttributeMapping: { username: 'sub', email: 'email', email_verified: 'email_verified', name: 'name' },
    IdpIdentifiers: ['corp.example'],
  });
  const made = await admin.createUserPoolClient({
    UserPoolId: pool,
    ClientName: 'app',
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid', 'email', 'profile'],
    CallbackURLs: [CALLBACK],
    LogoutURLs: ['https://app.example/bye'],
    SupportedIdentityProviders: ['COGNITO', 'Corp'],
  });
  client = made.UserPoolClient.ClientId;
});

after(async () => {
  await server.stop();
  await provider.stop();
});

/** Where a client sends the browser, and what its code is redeemed with. */
function request(more) {
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL(`${server.url}/d/acme/oauth2/authorize`);
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  const asked = {
    ...{ client_id: client, response_type: 'code', redirect_uri: CALLBACK, scope: 'openid email profile' },
    ...{ state: 'a state', nonce: 'a nonce', code_challenge, code_challenge_method: 'S256', ...more },
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return { url: url.href, verifier };
}

/** Signs in at the provider as somebody, and returns where the app is told so and whether the provider asked. */
async function signIn(browser, as, more = { identity_provider: 'Corp' }) {
  const { url, verifier } = request(more);
  const isForm = (at) => at.startsWith(`${provider.issuer}/interaction/`);
  let at = await browser.follow(url, (at) => isForm(at) || at.startsWith(CALLBACK));
  const asked = isForm(at);
  if (asked) at = await browser.follow(as ? `${at}?as=${as}` : at, (at) => at.startsWith(CALLBACK));
  return { answer: new URL(at).searchParams, verifier, asked };
}

async function tokens({ answer, verifier }) {
  const code = answer.get('code');
  assert.ok(code, `${answer}`);
  const form = { grant_type: 'authorization_code', code, client_id: client, redirect_uri: CALLBACK, code_verifier: verifier };
  const response = await fetch(`${server.url}/d/acme/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
  assert.equal(response.status, 200);
  return response.json();
}

function claims(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
}

test('somebody signs in by a certified provider, again, and out', async () => {
  const browser = new Traveller();
  const first = await signIn(browser, 'user-1');
  assert.equal(first.answer.get('state'), 'a state');
  const given = await tokens(first);
  const id = claims(given.id_token);
  assert.equal(id['cognito:username'], 'Corp_user-1');
  assert.equal(id.nonce, 'a nonce');
  assert.equal(id.email, 'ada@corp.example');
  assert.equal(id.email_verified, true);
  assert.equal(id.name, 'Ada');
  assert.deepEqual(id.amr, ['fed']);
  assert.equal(id.identities[0].issuer, provider.issuer);
  const info = await fetch(`${server.url}/d/acme/oauth2/userInfo`, {
    headers: { authorization: `Bearer ${given.access_token}` },
  });
  assert.equal((await info.json()).sub, id.sub);

  // Here without being asked, and at the provider neither: both have a session.
  const here = await signIn(browser, undefined, { prompt: 'none' });
  assert.equal(claims((await tokens(here)).id_token).sub, id.sub);
  const out = await browser.get(
    `${server.url}/d/acme/logout?client_id=${client}&logout_uri=${encodeURIComponent('https://app.example/bye')}`,
  );
  assert.equal(out.to, 'https://app.example/bye');
  assert.equal((await signIn(browser, undefined, { prompt: 'none' })).answer.get('error'), 'login_required');
  people['user-1'].name = 'Ada Lovelace';
  const again = await signIn(browser, 'user-1', { idp_identifier: 'Corp.Example' });
  assert.equal(again.asked, false);
  const renewed = claims((await tokens(again)).id_token);
  assert.equal(renewed.sub, id.sub);
  assert.equal(renewed.name, 'Ada Lovelace');
  // Asked to ask, it asks; and somebody else is somebody else.
  const anew = await signIn(browser, 'user-1', { identity_provider: 'Corp', prompt: 'login' });
  assert.equal(anew.asked, true);
  assert.equal(claims((await tokens(anew)).id_token).sub, id.sub);
  const other = await signIn(new Traveller(), 'user-2');
  const second = claims((await tokens(other)).id_token);
  assert.notEqual(second.sub, id.sub);
  assert.equal(second.email_verified, false);
  const { Users } = await admin.listUsers({ UserPoolId: pool });
  assert.deepEqual(Users.map((user) => user.UserStatus), ['EXTERNAL_PROVIDER', 'EXTERNAL_PROVIDER']);
  const { Groups } = await admin.listGroups({ UserPoolId: pool });
  assert.deepEqual(Groups.map((group) => group.GroupName), [`${pool}_Corp`]);
});

test('whoever says no at the provider is refused at the app', async () => {
  const { answer } = await signIn(new Traveller(), undefined);
  assert.equal(answer.get('error'), 'access_denied');
  assert.equal(answer.get('error_description'), 'The person does not want to');
  assert.equal(answer.get('state'), 'a state');
});

test('somebody who is linked is the user of the pool, and a wrong client secret signs nobody in', async () => {
  await admin.adminCreateUser({ UserPoolId: pool, Username: 'carol', MessageAction: 'SUPPRESS' });
  people['user-3'] = { email: 'carol@corp.example', name: 'Carol' };
  await admin.adminLinkProviderForUser({
    UserPoolId: pool,
    DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: 'carol' },
    SourceUser: { ProviderName: 'Corp', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: 'user-3' },
  });
  const linked = claims((await tokens(await signIn(new Traveller(), 'user-3'))).id_token);
  assert.equal(linked['cognito:username'], 'carol');
  assert.equal(linked.identities[0].primary, 'false');
  const { IdentityProvider } = await admin.describeIdentityProvider({ UserPoolId: pool, ProviderName: 'Corp' });
  const ProviderDetails = { ...IdentityProvider.ProviderDetails, client_secret: 'wrong' };
  await admin.updateIdentityProvider({ UserPoolId: pool, ProviderName: 'Corp', ProviderDetails });
  const { answer } = await signIn(new Traveller(), 'user-3');
  assert.equal(answer.get('error'), 'invalid_request');
  assert.equal(answer.get('error_description'), 'Corp Error - 401 error getting token');
});
