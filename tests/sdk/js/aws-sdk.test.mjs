/** The AWS SDK for JavaScript v3: the API without a library's help. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  CognitoIdentityProvider,
  NotAuthorizedException,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import { JwtVerifier } from 'aws-jwt-verify';
import { WRONG_PASSWORD, setUp } from './support/setup.mjs';

let pool, stop, admin, people;

before(async () => {
  ({ pool, stop, admin } = await setUp());
  // What a browser has: no credentials.
  people = new CognitoIdentityProvider({
    region: 'us-east-1',
    endpoint: pool.endpoint,
    credentials: { accessKeyId: '', secretAccessKey: '' },
    maxAttempts: 1,
  });
});

after(() => stop());

const PASSWORD_FLOWS = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];

function signIn(clientId, { email, password }, more = {}) {
  return people.initiateAuth({
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: clientId,
    AuthParameters: { USERNAME: email, PASSWORD: password, ...more },
  });
}

test('signs in, reads the account, refreshes and signs out', async () => {
  const { ClientId } = await pool.client({ ExplicitAuthFlows: PASSWORD_FLOWS });
  const person = await pool.user();
  const { AuthenticationResult } = await signIn(ClientId, person);
  const { AccessToken, RefreshToken } = AuthenticationResult;
  const { UserAttributes } = await people.getUser({ AccessToken });
  assert.ok(UserAttributes.some(({ Name, Value }) => Name === 'email' && Value === person.email));

  const refreshed = await people.initiateAuth({
    AuthFlow: 'REFRESH_TOKEN_AUTH',
    ClientId,
    AuthParameters: { REFRESH_TOKEN: RefreshToken },
  });
  assert.equal(refreshed.AuthenticationResult.RefreshToken, undefined);
  await people.globalSignOut({ AccessToken });
  await assert.rejects(people.getUser({ AccessToken }), {
    name: 'NotAuthorizedException',
    message: 'Access Token has been revoked',
  });
});

test('knows our errors by their classes', async () => {
  const { ClientId } = await pool.client({ ExplicitAuthFlows: PASSWORD_FLOWS });
  const person = await pool.user();
  await assert.rejects(signIn(ClientId, { ...person, password: 'Wrong-1!' }), (error) => {
    assert.ok(error instanceof NotAuthorizedException);
    assert.equal(error.message, WRONG_PASSWORD.message);
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
    return true;
  });
  await assert.rejects(
    admin.adminGetUser({ UserPoolId: pool.id, Username: 'nobody@example.com' }),
    UserNotFoundException,
  );
});

test('proves that it has a client secret', async () => {
  const { ClientId, ClientSecret } = await pool.client({
    ExplicitAuthFlows: PASSWORD_FLOWS,
    GenerateSecret: true,
  });
  const person = await pool.user();
  const hash = createHmac('sha256', ClientSecret)
    .update(person.email + ClientId)
    .digest('base64');
  const { AuthenticationResult } = await signIn(ClientId, person, { SECRET_HASH: hash });
  assert.equal(AuthenticationResult.TokenType, 'Bearer');
  await assert.rejects(signIn(ClientId, person, { SECRET_HASH: 'wrong' }), {
    name: 'NotAuthorizedException',
    message: `Unable to verify secret hash for client ${ClientId}`,
  });
});

test('gets tokens that aws-jwt-verify accepts', async () => {
  const { ClientId } = await pool.client({ ExplicitAuthFlows: PASSWORD_FLOWS });
  const { AuthenticationResult } = await signIn(ClientId, await pool.user());
  const issuer = `${pool.endpoint}/${pool.id}`;
  const keys = await (await fetch(`${issuer}/.well-known/jwks.json`)).json();
  const verifier = JwtVerifier.create({ issuer, audience: ClientId });
  verifier.cacheJwks(keys);
  const claims = await verifier.verify(AuthenticationResult.IdToken);
  assert.equal(claims.token_use, 'id');
  const [head, body] = AuthenticationResult.IdToken.split('.');
  await assert.rejects(verifier.verify(`${head}.${body}.AAAA`));
});

test('pages through users', async () => {
  const emails = new Set();
  for (let count = 0; count < 3; count += 1) emails.add((await pool.user()).email);
  const found = new Set();
  let PaginationToken;
  do {
    const page = await admin.listUsers({ UserPoolId: pool.id, Limit: 2, PaginationToken });
    assert.ok(page.Users.length <= 2);
    for (const { Attributes } of page.Users) {
      found.add(Attributes.find(({ Name }) => Name === 'email').Value);
    }
    ({ PaginationToken } = page);
  } while (PaginationToken);
  for (const email of emails) assert.ok(found.has(email));
});
