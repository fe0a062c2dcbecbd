/** amazon-cognito-identity-js in a browser, on another origin than the server. */
import { expect, otherThan } from './support/fixtures';
import { Names, WRONG_PASSWORD, load, test } from './support/other-clients';
import { Person } from './support/server';

const IDENTITY_JS = `
  import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';

  let user;
  const step = (call) => new Promise((resolve) => call({
    onSuccess: (session) => resolve({ step: 'done', email: session.getIdToken().payload.email }),
    onFailure: ({ name, message }) => resolve({ name, message }),
    customChallenge: (parameters) => resolve({ step: 'code', ...parameters }),
  }));

  export const signIn = ({ userPoolId, clientId, endpoint }, { email, password }) => {
    const Pool = new CognitoUserPool({ UserPoolId: userPoolId, ClientId: clientId, endpoint });
    user = new CognitoUser({ Username: email, Pool });
    user.setAuthenticationFlowType('CUSTOM_AUTH');
    const details = new AuthenticationDetails({ Username: email, Password: password });
    return step((callbacks) => user.authenticateUser(details, callbacks));
  };
  export const answer = (code) => step((callbacks) => user.sendCustomChallengeAnswer(code, callbacks));
  export const refresh = () => new Promise((resolve) => {
    const token = user.getSignInUserSession().getRefreshToken();
    user.refreshSession(token, (error, session) => resolve(error?.message ?? session.isValid()));
  });
  export const signOut = () => new Promise((resolve) => {
    user.globalSignOut({ onSuccess: resolve, onFailure: ({ message }) => resolve(message) });
  });
`;

declare const clients: {
  signIn(names: Names, person: Person): Promise<object>;
  answer(code: string): Promise<object>;
  refresh(): Promise<unknown>;
  signOut(): Promise<unknown>;
};

test('amazon-cognito-identity-js signs in across origins, refreshes and signs out', async ({
  other,
  names,
  server,
  person,
}) => {
  const signIn = (password: string) => {
    const typed = { ...person, password };
    return other.evaluate(([names, typed]) => clients.signIn(names, typed), [
      names,
      typed,
    ] as const);
  };
  const answer = (code: string) => other.evaluate((code) => clients.answer(code), code);

  await load(other, IDENTITY_JS);
  expect(await signIn('Wrong-Horse-9!')).toEqual(WRONG_PASSWORD);
  expect(await signIn(person.password)).toMatchObject({ step: 'code', result: 'sent' });
  const code = await server.codeFor(person.email);
  const again = { step: 'code', result: 'wrong', attemptsLeft: '2' };
  expect(await answer(otherThan(code))).toMatchObject(again);
  expect(await answer(code)).toEqual({ step: 'done', email: person.email });
  expect(await other.evaluate(() => clients.refresh())).toBe(true);
  expect(await other.evaluate(() => clients.signOut())).toBe('SUCCESS');
});
