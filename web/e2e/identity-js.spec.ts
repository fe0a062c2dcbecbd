/** amazon-cognito-identity-js in a browser, on another origin than the server; and what stands in for it. */
import { expect, otherThan } from './support/fixtures';
import { Names, WRONG_PASSWORD, load, test } from './support/other-clients';
import { Person } from './support/server';

const program = (library: string) => `
  import { AuthenticationDetails, CognitoUser, CognitoUserPool } from '${library}';

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
  export const current = ({ userPoolId, clientId, endpoint }) => new Promise((resolve) => {
    const pool = new CognitoUserPool({ UserPoolId: userPoolId, ClientId: clientId, endpoint });
    const found = pool.getCurrentUser();
    if (!found) return resolve('nobody');
    found.getSession((error, session) =>
      resolve(error?.message ?? session.getIdToken().payload.email));
  });
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
  current(names: Names): Promise<unknown>;
  refresh(): Promise<unknown>;
  signOut(): Promise<unknown>;
};

for (const library of ['amazon-cognito-identity-js', '@poolhouse/auth/identity-js']) {
  test(`${library} signs in across origins, refreshes and signs out`, async ({
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

    await load(other, program(library));
    expect(await signIn('Wrong-Horse-9!')).toEqual(WRONG_PASSWORD);
    expect(await signIn(person.password)).toMatchObject({ step: 'code', result: 'sent' });
    const code = await server.codeFor(person.email);
    const again = { step: 'code', result: 'wrong', attemptsLeft: '2' };
    expect(await answer(otherThan(code))).toMatchObject(again);
    expect(await answer(code)).toEqual({ step: 'done', email: person.email });
    const current = () => other.evaluate((names) => clients.current(names), names);
    expect(await current()).toBe(person.email);
    expect(await other.evaluate(() => clients.refresh())).toBe(true);
    expect(await other.evaluate(() => clients.signOut())).toBe('SUCCESS');
    expect(await current()).toBe('nobody');
  });

  test(`a session of ${library} is one of the other's`, async ({
    other,
    names,
    server,
    person,
  }) => {
    await load(other, program(library));
    await other.evaluate(([names, person]) => clients.signIn(names, person), [
      names,
      person,
    ] as const);
    const code = await server.codeFor(person.email);
    await other.evaluate((code) => clients.answer(code), code);
    const elsewhere = ['amazon-cognito-identity-js', '@poolhouse/auth/identity-js'];
    await other.reload();
    await load(other, program(elsewhere.find((name) => name !== library) ?? ''));
    expect(await other.evaluate((names) => clients.current(names), names)).toBe(person.email);
  });
}
