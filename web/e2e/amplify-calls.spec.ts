/**
 * Every call of Amplify's Auth, in a browser, and every operation that they come to: none of them is refused, and the table
 * in docs/reference/amplify.md is what was seen. `AMPLIFY_TABLE=write` writes it.
 */
import { Page } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { plugIn } from './support/authenticator';
import { Names, load, test } from './support/other-clients';
import { appCode, expect } from './support/people';

const TABLE = fileURLToPath(new URL('../../docs/reference/amplify.md', import.meta.url));
const MARK = /(<!-- calls -->\n)[^]*(<!-- \/calls -->)/;

/** What Amplify exports beside its calls to the API. */
const OTHERS = ['AuthError', 'decodeJWT', 'signInWithRedirect'];

/** The operations of the API that Amplify asks for. */
const OPERATIONS = [
  'AssociateSoftwareToken',
  'ChangePassword',
  'CompleteWebAuthnRegistration',
  'ConfirmDevice',
  'ConfirmForgotPassword',
  'ConfirmSignUp',
  'DeleteUser',
  'DeleteUserAttributes',
  'DeleteWebAuthnCredential',
  'ForgetDevice',
  'ForgotPassword',
  'GetTokensFromRefreshToken',
  'GetUser',
  'GetUserAttributeVerificationCode',
  'GlobalSignOut',
  'InitiateAuth',
  'ListDevices',
  'ListWebAuthnCredentials',
  'ResendConfirmationCode',
  'RespondToAuthChallenge',
  'RevokeToken',
  'SetUserMFAPreference',
  'SignUp',
  'StartWebAuthnRegistration',
  'UpdateDeviceStatus',
  'UpdateUserAttributes',
  'VerifySoftwareToken',
  'VerifyUserAttribute',
];

const AMPLIFY = `
  import { Amplify } from 'aws-amplify';
  import * as auth from 'aws-amplify/auth';

  export const configure = ({ userPoolId, clientId, endpoint }) =>
    Amplify.configure({
      Auth: { Cognito: { userPoolId, userPoolClientId: clientId, userPoolEndpoint: endpoint } },
    });
  export const exported = () => Object.keys(auth).filter((name) => typeof auth[name] === 'function');
  export const call = async (name, input) =>
    JSON.parse(JSON.stringify((await auth[name](input)) ?? null));
`;

declare const clients: {
  configure(names: Names): void;
  exported(): string[];
  call(name: string, input: unknown): Promise<unknown>;
};

interface Passkeys {
  credentials: { credentialId: string }[];
}

/** Amplify on a page, and what its calls came to. */
class Amplify {
  readonly seen = new Map<string, Set<string>>();
  readonly refused: string[] = [];
  private current = '';

  constructor(private readonly page: Page) {
    page.on('response', (answer) => {
      const target = answer.request().headers()['x-amz-target'];
      if (!target) return;
      const operation = target.split('.')[1] ?? '';
      this.seen.get(this.current)?.add(operation);
      if (!answer.ok()) this.refused.push(`${this.current}: ${operation} ${answer.status()}`);
    });
  }

  async call<T = Record<string, unknown>>(name: string, input?: unknown): Promise<T> {
    this.current = name;
    if (!this.seen.has(name)) this.seen.set(name, new Set());
    const answer = this.page.evaluate(([name, input]) => clients.call(name, input), [
      name,
      input,
    ] as const);
    return (await answer) as T;
  }

  /** One that ends a sign-in, or leads on to the next step. */
  async step(name: string, input?: unknown): Promise<string> {
    const { nextStep } = await this.call<{ nextStep: Record<string, string> }>(name, input);
    return nextStep['signInStep'] ?? nextStep['signUpStep'] ?? '';
  }
}

test('each call of Amplify’s Auth does what it says, and none of its operations is refused', async ({
  other,
  server,
}) => {
  const pool = await server.createAmplifyPool();
  await plugIn(other);
  await load(other, AMPLIFY);
  const amplify = new Amplify(other);
  const names: Names = { ...pool, endpoint: server.url };
  await other.evaluate((names) => clients.configure(names), names);
  const [eve, moved, bob] = ['eve', 'moved', 'bob'].map(
    (name) => `${name}.${randomBytes(6).toString('hex')}@example.com`,
  ) as [string, string, string];
  const password = 'Correct-Horse-9!';

  // A sign-up, with its code sent twice.
  const attributes = { userAttributes: { email: eve, name: 'Eve' } };
  const signUp = { username: eve, password, options: attributes };
  expect(await amplify.step('signUp', signUp)).toBe('CONFIRM_SIGN_UP');
  await server.codeAfter(eve, 0);
  await amplify.call('resendSignUpCode', { username: eve });
  const code = await server.codeAfter(eve, 1);
  const confirmed = { username: eve, confirmationCode: code };
  expect(await amplify.step('confirmSignUp', confirmed)).toBe('DONE');
  expect(await amplify.step('signIn', { username: eve, password })).toBe('DONE');
  expect(await amplify.call('getCurrentUser')).toMatchObject({
    signInDetails: { loginId: eve },
  });
  await amplify.call('fetchAuthSession', { forceRefresh: true });

  // Attributes, and another address.
  expect(await amplify.call('fetchUserAttributes')).toMatchObject({ email: eve, name: 'Eve' });
  const renamed = { userAttribute: { attributeKey: 'name', value: 'Eva' } };
  expect(await amplify.call('updateUserAttribute', renamed)).toMatchObject({ isUpdated: true });
  await amplify.call('updateUserAttributes', { userAttributes: { email: moved } });
  await server.codeAfter(moved, 0);
  const key = { userAttributeKey: 'email' };
  await amplify.call('sendUserAttributeVerificationCode', key);
  const confirmationCode = await server.codeAfter(moved, 1);
  await amplify.call('confirmUserAttribute', { ...key, confirmationCode });
  await amplify.call('deleteUserAttributes', { userAttributeKeys: ['name'] });
  const left = await amplify.call('fetchUserAttributes');
  expect(left).toMatchObject({ email: moved, email_verified: 'true' });
  expect(left).not.toHaveProperty('name');

  // Factors: a passkey, and an authenticator app.
  await amplify.call('associateWebAuthnCredential');
  const { credentials } = await amplify.call<Passkeys>('listWebAuthnCredentials');
  expect(credentials).toHaveLength(1);
  const { credentialId } = credentials[0] ?? {};
  await amplify.call('deleteWebAuthnCredential', { credentialId });
  expect((await amplify.call<Passkeys>('listWebAuthnCredentials')).credentials).toEqual([]);
  const { sharedSecret } = await amplify.call<{ sharedSecret: string }>('setUpTOTP');
  await amplify.call('verifyTOTPSetup', { code: appCode(sharedSecret) });
  await amplify.call('updateMFAPreference', { totp: 'PREFERRED' });
  expect(await amplify.call('fetchMFAPreference')).toEqual({
    enabled: ['TOTP'],
    preferred: 'TOTP',
  });

  // Devices: the sign-in has confirmed one.
  await amplify.call('rememberDevice');
  expect(await amplify.call('fetchDevices')).toHaveLength(1);
  await amplify.call('forgetDevice');
  expect(await amplify.call('fetchDevices')).toEqual([]);

  // Passwords: changed, and with the app for a device that is not known any more; then forgotten.
  const chosen = 'Battery-Staple-1!';
  await amplify.call('updatePassword', { oldPassword: password, newPassword: chosen });
  await amplify.call('signOut', { global: true });
  const again = { username: moved, password: chosen };
  expect(await amplify.step('signIn', again)).toBe('CONFIRM_SIGN_IN_WITH_TOTP_CODE');
  const challengeResponse = appCode(sharedSecret, 1);
  expect(await amplify.step('confirmSignIn', { challengeResponse })).toBe('DONE');
  await amplify.call('signOut');
  const before = (await server.mailsTo(moved)).length;
  await amplify.call('resetPassword', { username: moved });
  await amplify.call('confirmResetPassword', {
    username: moved,
    confirmationCode: await server.codeAfter(moved, before),
    newPassword: password,
  });

  // A sign-up that signs in by itself, and the end.
  const options = {
    userAttributes: { email: bob },
    autoSignIn: { authFlowType: 'USER_AUTH' },
  };
  await amplify.step('signUp', { username: bob, password, options });
  const mailed = { username: bob, confirmationCode: await server.codeAfter(bob, 0) };
  expect(await amplify.step('confirmSignUp', mailed)).toBe('COMPLETE_AUTO_SIGN_IN');
  expect(await amplify.step('autoSignIn')).toBe('DONE');
  await amplify.call('deleteUser');

  expect(amplify.refused).toEqual([]);
  const exported = await other.evaluate(() => clients.exported());
  expect([...amplify.seen.keys()].sort()).toEqual(
    exported.filter((name) => !OTHERS.includes(name)).sort(),
  );
  const operations = new Set([...amplify.seen.values()].flatMap((each) => [...each]));
  expect([...operations].sort()).toEqual(OPERATIONS);
  checkTable(amplify.seen);
});

/** The table is what was seen. */
function checkTable(seen: ReadonlyMap<string, ReadonlySet<string>>): void {
  const rows = [...seen].map(([name, operations]) => {
    const listed = [...operations].sort().map((each) => `\`${each}\``);
    return `| \`${name}\` | ${listed.join(', ') || 'none: it reads what the sign-in has kept'} |`;
  });
  const table = ['| call | operations |', '|---|---|', ...rows.sort()].join('\n');
  const text = readFileSync(TABLE, 'utf8');
  const written = text.replace(MARK, `$1\n${table}\n\n$2`);
  if (process.env['AMPLIFY_TABLE'] === 'write') writeFileSync(TABLE, written);
  else expect(text).toBe(written);
}
