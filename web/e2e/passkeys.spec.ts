/**
 * Passkeys as a browser makes them: Chromium with a virtual authenticator, driven by AWS Amplify on a page of another origin.
 */
import { plugIn } from './support/authenticator';
import { expect } from './support/fixtures';
import { Names, load, test } from './support/other-clients';
import { Person } from './support/server';

const AMPLIFY = `
  import { Amplify } from 'aws-amplify';
  import * as auth from 'aws-amplify/auth';

  const failure = ({ name, message }) => ({ name, message });
  const signIn = (username, options, password) =>
    auth
      .signIn({ username, password, options: { authFlowType: 'USER_AUTH', ...options } })
      .then(({ nextStep }) => nextStep.signInStep, failure);

  export const configure = ({ userPoolId, clientId, endpoint }) =>
    Amplify.configure({
      Auth: { Cognito: { userPoolId, userPoolClientId: clientId, userPoolEndpoint: endpoint } },
    });
  export const byPassword = ({ email, password }) =>
    signIn(email, { preferredChallenge: 'PASSWORD' }, password);
  export const byPasskey = (email) => signIn(email, { preferredChallenge: 'WEB_AUTHN' });
  export const register = () => auth.associateWebAuthnCredential().then(() => 'registered', failure);
  export const passkeys = async () => (await auth.listWebAuthnCredentials()).credentials;
  export const remove = (credentialId) => auth.deleteWebAuthnCredential({ credentialId });
  export const email = async () => (await auth.fetchUserAttributes()).email;
  export const signOut = () => auth.signOut();
`;

interface Passkey {
  credentialId: string;
  relyingPartyId: string;
  authenticatorTransports?: string[];
}

declare const clients: {
  configure(names: Names): void;
  byPassword(person: Person): Promise<unknown>;
  byPasskey(email: string): Promise<unknown>;
  register(): Promise<unknown>;
  passkeys(): Promise<Passkey[]>;
  remove(id: string): Promise<void>;
  email(): Promise<string>;
  signOut(): Promise<void>;
};

test('a passkey is registered, signs in without a password, and is worth nothing once deleted', async ({
  other,
  server,
}) => {
  const pool = await server.createPasskeyPool();
  const person = await server.createPerson(pool);
  const names: Names = { ...pool, endpoint: server.url };
  const { cdp, authenticatorId } = await plugIn(other);
  await load(other, AMPLIFY);
  await other.evaluate((names) => clients.configure(names), names);
  const passkeys = () => other.evaluate(() => clients.passkeys());
  const byPasskey = () => other.evaluate((email) => clients.byPasskey(email), person.email);

  expect(await other.evaluate((person) => clients.byPassword(person), person)).toBe('DONE');
  expect(await passkeys()).toEqual([]);
  expect(await other.evaluate(() => clients.register())).toBe('registered');
  const [passkey, ...more] = await passkeys();
  expect(more).toEqual([]);
  expect(passkey).toMatchObject({
    relyingPartyId: 'localhost',
    authenticatorTransports: ['internal'],
  });
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  expect(credentials).toHaveLength(1);
  // The device has one for this user already, which the browser says by itself.
  expect(await other.evaluate(() => clients.register())).toMatchObject({
    name: 'PasskeyAlreadyExists',
  });

  await other.evaluate(() => clients.signOut());
  for (let again = 0; again < 2; again++) {
    expect(await byPasskey()).toBe('DONE');
    expect(await other.evaluate(() => clients.email())).toBe(person.email);
    await other.evaluate(() => clients.signOut());
  }

  // A device that does not know who is there signs nobody in: the pool asks for that.
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  expect(await byPasskey()).not.toBe('DONE');
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });

  expect(await other.evaluate((person) => clients.byPassword(person), person)).toBe('DONE');
  await other.evaluate((id) => clients.remove(id), String(passkey?.credentialId));
  expect(await passkeys()).toEqual([]);
  await other.evaluate(() => clients.signOut());
  expect(await byPasskey()).not.toBe('DONE');
});
