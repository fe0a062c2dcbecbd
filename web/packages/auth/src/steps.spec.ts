import { AuthError } from './auth-error.js';
import type { StepClient } from './auth-client.js';
import { SignInFlow } from './sign-in-flow.js';
import { readStep } from './steps.js';
import { FakeClient, SIGNED_IN, codeStep, factorStep, passwordStep } from './testing.js';

const BEGUN = { session: 'session-1', username: 'ana' };

describe('a challenge that is none of the functions’ codes', () => {
  const read = (name: string, parameters: Record<string, unknown> = {}) =>
    readStep(new FakeClient() as StepClient, parameters, { ...BEGUN, name }, AuthError);

  it.each([
    ['SOFTWARE_TOKEN_MFA', { USER_ID_FOR_SRP: 'u1' }, { username: 'u1', choices: [] }],
    ['EMAIL_OTP', { CODE_DELIVERY_DESTINATION: 'a***' }, { username: 'ana', destination: 'a***' }],
    ['SMS_MFA', {}, { choices: [] }],
    [
      'SELECT_MFA_TYPE',
      { MFAS_CAN_CHOOSE: '["SMS_MFA","SOFTWARE_TOKEN_MFA","SMOKE"]' },
      { choices: ['SOFTWARE_TOKEN_MFA', 'SMS_MFA'] },
    ],
    [
      'SELECT_CHALLENGE',
      { AvailableChallenges: ['EMAIL_OTP', 'PASSWORD_SRP', 'PASSWORD', 'WEB_AUTHN'] },
      { choices: ['PASSWORD', 'WEB_AUTHN', 'EMAIL_OTP'] },
    ],
    [
      'MFA_SETUP',
      { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]' },
      { choices: ['SOFTWARE_TOKEN_MFA', 'EMAIL_OTP'], key: '' },
    ],
    // Nobody is asked what there is no choice of.
    [
      'MFA_SETUP',
      { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' },
      { key: 'KEY', session: 'session-2' },
    ],
    ['WEB_AUTHN', { CREDENTIAL_REQUEST_OPTIONS: '{}' }, { passkey: '{}' }],
  ])('%s with %j', async (name, parameters, expected) => {
    expect(await read(name, parameters)).toMatchObject({
      kind: 'factor',
      challenge: { name, ...expected },
    });
  });

  it.each([
    ['DEVICE_SRP_AUTH', {}],
    ['MFA_SETUP', { MFAS_CAN_SETUP: '["SMS_MFA"]' }],
    ['SELECT_MFA_TYPE', { MFAS_CAN_CHOOSE: 'no list' }],
    ['toString', {}],
  ])('%s with %j is not known to the forms', async (name, parameters) => {
    await expect(read(name, parameters)).rejects.toMatchObject({ kind: 'unsupported', code: name });
  });
});

describe('the flow', () => {
  const begun = async (...replies: Parameters<FakeClient['reply']>) => {
    const client = new FakeClient();
    const flow = new SignInFlow(client);
    client.reply(...replies);
    await flow.signIn('ana@example.com', 'password');
    client.calls.length = 0;
    return { client, flow };
  };
  const service = (code: string, message = '') => new AuthError('server', code, message);

  it('answers a factor, and goes on to the code', async () => {
    const { client, flow } = await begun(factorStep(), codeStep());
    expect(flow.state).toMatchObject({ step: 'factor', busy: false, newPassword: false });
    await flow.answerFactor('123456');
    expect(client.calls).toEqual([
      {
        call: 'respond',
        name: 'SOFTWARE_TOKEN_MFA',
        responses: { SOFTWARE_TOKEN_MFA_CODE: '123456' },
      },
    ]);
    expect(flow.state).toMatchObject({ step: 'code', pending: { newPassword: false } });
  });

  it('remembers over a factor that a password was chosen on the way', async () => {
    const { client, flow } = await begun(passwordStep(), factorStep(), codeStep());
    await flow.choosePassword('chosen');
    await flow.answerFactor('123456');
    expect(client.calls).toHaveLength(2);
    expect(flow.state).toMatchObject({ step: 'code', pending: { newPassword: true } });
  });

  it.each([
    ['CodeMismatchException', 'code'],
    ['EnableSoftwareTokenMFAException', 'code'],
    ['ExpiredCodeException', 'code-over'],
    ['InternalErrorException', 'server'],
  ])('stays for another try after %s', async (code, kind) => {
    const { client, flow } = await begun(
      factorStep({ name: 'EMAIL_OTP' }),
      service(code),
      SIGNED_IN,
    );
    await flow.answerFactor('123456');
    expect(flow.state).toMatchObject({ step: 'factor', busy: false, problem: { kind } });
    await flow.answerFactor('654321');
    expect(client.calls).toHaveLength(2);
    expect(flow.state.step).toBe('done');
  });

  it('ends where its session has ended, and says nothing of passwords', async () => {
    const over = new AuthError(
      'session',
      'NotAuthorizedException',
      'Invalid session for the user.',
    );
    const { flow } = await begun(factorStep(), over);
    await flow.answerFactor('123456');
    expect(flow.state).toMatchObject({ step: 'ended', reason: 'over', passwordUnchanged: false });
  });

  it('sets an app up: verified by its first code, then the challenge is answered', async () => {
    const setUp = factorStep({ name: 'MFA_SETUP', choices: ['SOFTWARE_TOKEN_MFA', 'EMAIL_OTP'] });
    const { client, flow } = await begun(setUp, SIGNED_IN);
    await flow.answerFactor('SOFTWARE_TOKEN_MFA');
    expect(flow.state).toMatchObject({ challenge: { key: 'KEY', session: 'session-2' } });
    await flow.answerFactor('123456');
    expect(client.calls.map((call) => 'name' in call && call.name)).toEqual([
      'AssociateSoftwareToken',
      'VerifySoftwareToken',
      'MFA_SETUP',
    ]);
    expect(flow.state.step).toBe('done');
  });

  it('asks for an address where codes go by mail', async () => {
    const setUp = factorStep({ name: 'MFA_SETUP', choices: ['SOFTWARE_TOKEN_MFA', 'EMAIL_OTP'] });
    const { client, flow } = await begun(setUp, factorStep({ name: 'EMAIL_OTP' }));
    await flow.answerFactor('EMAIL_OTP');
    expect(flow.state).toMatchObject({ challenge: { choices: ['EMAIL_OTP'] } });
    await flow.answerFactor('ana@example.com');
    const responses = { EMAIL: 'ana@example.com' };
    expect(client.calls).toEqual([{ call: 'respond', name: 'MFA_SETUP', responses }]);
  });

  it('takes no passkey where the browser has none, and says so', async () => {
    const client = new FakeClient();
    const flow = new SignInFlow(client);
    client.reply(factorStep({ name: 'WEB_AUTHN', passkey: '{}' }));
    await flow.signInWithPasskey('ana@example.com');
    const responses = { PREFERRED_CHALLENGE: 'WEB_AUTHN' };
    expect(client.calls).toEqual([{ call: 'begin', name: 'USER_AUTH', responses }]);
    expect(flow.state).toMatchObject({ step: 'credentials', problem: { kind: 'passkey' } });
    expect(flow.snapshot.email).toBe('ana@example.com');
  });

  it.each([
    [['PASSWORD'], 'credentials'],
    [['PASSWORD', 'EMAIL_OTP'], 'factor'],
  ])('of %j without a passkey leads to %s', async (choices, step) => {
    const client = new FakeClient();
    const flow = new SignInFlow(client);
    client.reply(factorStep({ name: 'SELECT_CHALLENGE', choices }));
    await flow.signInWithPasskey('ana@example.com');
    expect(flow.state.step).toBe(step);
  });

  it('has a new code sent where it stands for the password, by beginning again', async () => {
    const client = new FakeClient();
    const flow = new SignInFlow(client);
    const chosen = factorStep({ name: 'EMAIL_OTP' });
    client.reply(factorStep({ name: 'SELECT_CHALLENGE', choices: ['EMAIL_OTP'] }), chosen, chosen);
    await flow.signInWithPasskey('ana@example.com');
    await flow.answerFactor('EMAIL_OTP');
    expect(flow.state).toMatchObject({ step: 'factor', challenge: { renews: 'EMAIL_OTP' } });
    client.calls.length = 0;
    await flow.answerFactor('EMAIL_OTP');
    const responses = { PREFERRED_CHALLENGE: 'EMAIL_OTP' };
    expect(client.calls).toEqual([{ call: 'begin', name: 'USER_AUTH', responses }]);
    expect(flow.state).toMatchObject({ step: 'factor', challenge: { renews: 'EMAIL_OTP' } });
  });

  it('blames no password where the service refuses a passkey', async () => {
    const client = new FakeClient();
    const flow = new SignInFlow(client);
    client.reply(
      new AuthError('refused', 'NotAuthorizedException', 'Incorrect username or password.'),
    );
    await flow.signInWithPasskey('ana@example.com');
    expect(flow.state).toMatchObject({ problem: { kind: 'passkey' } });
  });
});
