/** openid-client and oauth4webapi, unmodified: discovery, codes with PKCE, refresh, userInfo, revocation, machines. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { startCodes } from './support/codes.mjs';

const READ = 'https://api.example/v1/read';
let scene;

before(async () => {
  scene = await startCodes();
});

after(() => scene.stop());

/** The library's settings for a client, as its documentation has them. */
function discover({ id, secret }, authentication) {
  return client.discovery(new URL(scene.issuer), id, secret ?? undefined, authentication, {
    execute: [client.allowInsecureRequests],
  });
}

/** A sign-in with everything that a careful client sends and checks. */
async function signIn(config, { id }, scope = 'openid email') {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = await scene.signIn({
    client_id: id,
    response_type: 'code',
    redirect_uri: scene.callback,
    scope,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: scope.includes('openid') };
  return { url, checks, tokens: await client.authorizationCodeGrant(config, url, checks) };
}

for (const [name, kind, authentication] of [
  ['a secret in the header', 'confidential', client.ClientSecretBasic],
  ['a secret in the form', 'confidential', client.ClientSecretPost],
  ['no secret', 'public', client.None],
]) {
  test(`openid-client signs in, refreshes, reads the account and revokes with ${name}`, async () => {
    const { id, secret } = scene.clients[kind];
    const config = await discover(scene.clients[kind], authentication(secret ?? undefined));
    const { tokens } = await signIn(config, { id });
    const claims = tokens.claims();
    assert.equal(claims.sub, scene.sub);
    assert.deepEqual(claims.amr, ['pwd', 'otp']);
    assert.equal(tokens.expires_in, 3600);

    const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.deepEqual(info, {
      sub: scene.sub,
      username: 'mara',
      email: 'mara@example.com',
      email_verified: 'true',
    });
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(refreshed.claims().sub, scene.sub);
    assert.equal(refreshed.claims().auth_time, claims.auth_time);
    assert.equal(refreshed.refresh_token, undefined);

    await client.tokenRevocation(config, tokens.refresh_token);
    await assert.rejects(client.fetchUserInfo(config, tokens.access_token, claims.sub), { status: 401 });
    await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
  });
}

test('openid-client is told no in words that it knows', async () => {
  const config = await discover(scene.clients.confidential);
  const { url, checks } = await signIn(config, scene.clients.confidential);
  await assert.rejects(client.authorizationCodeGrant(config, url, checks), { error: 'invalid_grant' });
  const other = await discover({ ...scene.clients.confidential, secret: 'wrong' });
  await assert.rejects(client.refreshTokenGrant(other, 'x'), { error: 'invalid_client' });
  const refused = await scene.signIn({
    client_id: scene.clients.confidential.id,
    response_type: 'code',
    redirect_uri: scene.callback,
    scope: 'openid offline_access',
    state: 's',
  });
  const expected = { expectedState: 's' };
  await assert.rejects(client.authorizationCodeGrant(config, refused, expected), { error: 'invalid_scope' });
});

test('openid-client gets tokens for a machine', async () => {
  const config = await discover(scene.clients.machine);
  const tokens = await client.clientCredentialsGrant(config, { scope: READ });
  assert.equal(tokens.token_type, 'bearer');
  const [, payload] = tokens.access_token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  assert.equal(claims.scope, READ);
  assert.equal(claims.client_id, scene.clients.machine.id);
});

test('oauth4webapi checks the issuer, the answer and the signature', async () => {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(scene.issuer);
  for (const algorithm of ['oidc', 'oauth2']) {
    const answer = await oauth.discoveryRequest(issuer, { ...insecure, algorithm });
    const server = await oauth.processDiscoveryResponse(issuer, answer);
    const { id, secret } = scene.clients.confidential;
    const me = { client_id: id };
    const authentication = oauth.ClientSecretBasic(secret);
    const verifier = oauth.generateRandomCodeVerifier();
    const nonce = oauth.generateRandomNonce();
    const url = await scene.signIn({
      client_id: id,
      response_type: 'code',
      redirect_uri: scene.callback,
      scope: 'openid',
      state: 's',
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    // It knows that `iss` must be there, from the document.
    assert.throws(() => {
      const without = new URL(url);
      without.searchParams.delete('iss');
      oauth.validateAuthResponse(server, me, without, 's');
    });
    const parameters = oauth.validateAuthResponse(server, me, url, 's');
    const granted = await oauth.authorizationCodeGrantRequest(
      server,
      me,
      authentication,
      parameters,
      scene.callback,
      verifier,
      insecure,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, me, granted, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, granted, insecure);
    assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, scene.sub);
  }
});
