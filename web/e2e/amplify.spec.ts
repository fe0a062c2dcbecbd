/**
 * AWS Amplify in a browser, on another origin than the server. What it needs of the server there and
 * not in Node.js are the cross-origin headers, on errors too.
 */
import { expect, otherThan } from './support/fixtures';
import { Names, WRONG_PASSWORD, load, test } from './support/other-clients';
import { Person } from './support/server';

const AMPLIFY = `
  import { Amplify } from 'aws-amplify';
  import * as auth from 'aws-amplify/auth';

  const authFlowType = 'CUSTOM_WITH_SRP';
  const next = ({ nextStep }) => ({ step: nextStep.signInStep, ...nextStep.additionalInfo });
  const failure = ({ name, message }) => ({ name, message });

  export const configure = ({ userPoolId, clientId, endpoint }) =>
    Amplify.configure({
      Auth: { Cognito: { userPoolId, userPoolClientId: clientId, userPoolEndpoint: endpoint } },
    });
  export const signIn = ({ email, password }) =>
    auth.signIn({ username: email, password, options: { authFlowType } }).then(next, failure);
  export const confirm = (challengeResponse) => auth.confirmSignIn({ challengeResponse }).then(next);
  export const email = async () => (await auth.fetchUserAttributes()).email;
  export const token = async (forceRefresh) =>
    String((await auth.fetchAuthSession({ forceRefresh })).tokens?.accessToken);
  export const signOut = () => auth.signOut({ global: true });
`;

declare const clients: {
  configure(names: Names): void;
  signIn(person: Person): Promise<object>;
  confirm(code: string): Promise<object>;
  email(): Promise<string>;
  token(forceRefresh: boolean): Promise<string>;
  signOut(): Promise<void>;
};

test('Amplify signs in across origins, survives a reload, refreshes and signs out', async ({
  other,
  names,
  server,
  person,
}) => {
  const begin = async () => {
    await load(other, AMPLIFY);
    await other.evaluate((names) => clients.configure(names), names);
  };
  const signIn = (password: string) =>
    other.evaluate((person) => clients.signIn(person), { ...person, password });
  const confirm = (code: string) => other.evaluate((code) => clients.confirm(code), code);
  const token = (force: boolean) => other.evaluate((force) => clients.token(force), force);

  await begin();
  expect(await signIn('Wrong-Horse-9!')).toEqual(WRONG_PASSWORD);
  expect(await signIn(person.password)).toMatchObject({
    step: 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE',
    CODE_DELIVERY_DESTINATION: 'a***@e***',
  });
  const code = await server.codeFor(person.email);
  expect(await confirm(otherThan(code))).toMatchObject({ result: 'wrong', attemptsLeft: '2' });
  expect(await confirm(code)).toEqual({ step: 'DONE' });

  await other.reload();
  await begin();
  expect(await other.evaluate(() => clients.email())).toBe(person.email);
  const first = await token(false);
  expect(await token(true)).not.toBe(first);
  await other.evaluate(() => clients.signOut());
  expect(await token(false)).toBe('undefined');
});
