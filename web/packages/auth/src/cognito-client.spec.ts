import { SRP_VECTORS } from './fixtures/srp-vectors.js';
import { AuthError, type AuthErrorKind } from './auth-error.js';
import { fromHex } from './bytes.js';
import { passwordResponses } from './first-password.js';
import { CognitoClient, type CognitoClientEnvironment } from './cognito-client.js';

const VECTOR = SRP_VECTORS.vectors[0];
const NOW = Date.parse('2024-04-02T03:04:05Z');
const TICKET = { username: 'user-id', session: 'session-1', signIn: 'i', placeToken: 't2' };
const TOKENS = { AccessToken: 'access', IdToken: 'id', RefreshToken: 'refresh', ExpiresIn: 300 };
const CODE_CHALLENGE = {
  ChallengeName: 'CUSTOM_CHALLENGE',
  Session: 'session-2',
  ChallengeParameters: { USERNAME: 'user-id', result: 'sent' },
};
const PASSWORD_CHALLENGE = {
  ChallengeName: 'PASSWORD_VERIFIER',
  Session: 'session-1',
  ChallengeParameters: {
    USER_ID_FOR_SRP: SRP_VECTORS.userId,
    USERNAME: SRP_VECTORS.userId,
    SALT: VECTOR.salt,
    SRP_B: VECTOR.publicB,
    SECRET_BLOCK: VECTOR.secretBlock,
  },
};

interface Call {
  operation: string;
  body: Record<string, unknown>;
  init: RequestInit;
}

/** A client whose server gives these answers in turn. */
function clientWith(...answers: (object | Response | Error)[]) {
  const calls: Call[] = [];
  const randomBytes = vi.fn((length: number) => fromHex(VECTOR.a.padStart(2 * length, '0')));
  const environment: CognitoClientEnvironment = {
    fetch: async (url, init) => {
      expect(url).toBe('https://pool.example/');
      const target = new Headers(init.headers).get('X-Amz-Target') ?? '';
      const body = JSON.parse(String(init.body)) as Record<string, unknown>;
      calls.push({ operation: target.split('.')[1], body, init });
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer instanceof Response ? answer : Response.json(answer);
    },
    now: () => NOW,
    randomBytes,
    sleep: async (milliseconds) => void slept.push(milliseconds),
  };
  const slept: number[] = [];
  const places = new Map<string, string>();
  const options = {
    endpoint: 'https://pool.example/',
    userPoolId: SRP_VECTORS.userPoolId,
    clientId: 'client',
    locale: 'de',
    places: {
      get: (user: string) => places.get(user) ?? '',
      set: (user: string, token: string) => void places.set(user, token),
    },
  };
  return { client: new CognitoClient(options, environment), calls, randomBytes, places, slept };
}

async function failureOf(promise: Promise<unknown>): Promise<AuthError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AuthError);
  return error as AuthError;
}

function refusal(code: string, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ __type: code, message }, { status: 400, headers });
}

describe('signing in', () => {
  it('proves the password and asks for the code', async () => {
    const { client, calls } = clientWith(PASSWORD_CHALLENGE, CODE_CHALLENGE);
    const next = await client.signIn('ana@example.com', SRP_VECTORS.password);
    expect(next).toMatchObject({ kind: 'code', challenge: { session: 'session-2' } });
    expect(calls.map(({ operation, body }) => ({ operation, body }))).toEqual([
      {
        operation: 'InitiateAuth',
        body: {
          AuthFlow: 'CUSTOM_AUTH',
          ClientId: 'client',
          AuthParameters: {
            USERNAME: 'ana@example.com',
            CHALLENGE_NAME: 'SRP_A',
            SRP_A: VECTOR.publicA,
          },
        },
      },
      {
        operation: 'RespondToAuthChallenge',
        body: {
          ChallengeName: 'PASSWORD_VERIFIER',
          ClientId: 'client',
          Session: 'session-1',
          ChallengeResponses: {
            USERNAME: SRP_VECTORS.userId,
            PASSWORD_CLAIM_SECRET_BLOCK: VECTOR.secretBlock,
            PASSWORD_CLAIM_SIGNATURE: VECTOR.signature,
            TIMESTAMP: VECTOR.timestamp,
          },
          ClientMetadata: { locale: 'de' },
        },
      },
    ]);
    expect(new Headers(calls[0].init.headers).get('Content-Type')).toBe(
      'application/x-amz-json-1.1',
    );
    expect(calls[0].init).toMatchObject({ method: 'POST', credentials: 'omit' });
    expect(JSON.stringify(calls)).not.toContain(SRP_VECTORS.password);
  });

  it('takes tokens at once where the functions skip the code', async () => {
    const { client } = clientWith(PASSWORD_CHALLENGE, { AuthenticationResult: TOKENS });
    expect(await client.signIn('ana', SRP_VECTORS.password)).toEqual({
      kind: 'signed-in',
      tokens: { accessToken: 'access', idToken: 'id', refreshToken: 'refresh', expiresIn: 300 },
    });
  });

  it('goes on to the code where the functions skip the password', async () => {
    const { client, calls } = clientWith(CODE_CHALLENGE);
    expect(await client.signIn('ana', 'password')).toMatchObject({ kind: 'code' });
    expect(calls).toHaveLength(1);
  });

  it('says so when the pool asks for something else', async () => {
    const other = { ChallengeName: 'DEVICE_SRP_AUTH', Session: 's' };
    const { client } = clientWith(PASSWORD_CHALLENGE, other);
    const failure = await failureOf(client.signIn('ana', SRP_VECTORS.password));
    expect(failure).toMatchObject({ kind: 'unsupported', code: 'DEVICE_SRP_AUTH' });
  });

  it('finds its options when they are first needed, and again if they could not be had', async () => {
    let asked = 0;
    const client = new CognitoClient(async () => {
      asked += 1;
      throw new TypeError('no server');
    });
    expect(await failureOf(client.signIn('ana', 'password'))).toMatchObject({ kind: 'network' });
    expect(await failureOf(client.signIn('ana', 'password'))).toMatchObject({ kind: 'network' });
    expect(asked).toBe(2);
  });

  it('makes the key pair early if told to, and never uses one twice', async () => {
    const { client, randomBytes } = clientWith(CODE_CHALLENGE, CODE_CHALLENGE);
    client.prepare();
    client.prepare();
    await client.signIn('ana', 'password');
    expect(randomBytes).toHaveBeenCalledTimes(1);
    await client.signIn('ana', 'password');
    expect(randomBytes).toHaveBeenCalledTimes(2);
  });

  it('believes the server’s clock where this one is minutes off', async () => {
    const late = { headers: { Date: 'Tue, 02 Apr 2024 03:14:05 GMT' } };
    const { client, calls } = clientWith(Response.json(PASSWORD_CHALLENGE, late), CODE_CHALLENGE);
    await client.signIn('ana', SRP_VECTORS.password);
    expect(calls[1].body['ChallengeResponses']).toMatchObject({
      TIMESTAMP: 'Tue Apr 2 03:14:05 UTC 2024',
    });
  });

  it('gives a hostile password challenge no proof', async () => {
    const parameters = { ...PASSWORD_CHALLENGE.ChallengeParameters, SRP_B: '0' };
    const hostile = { ...PASSWORD_CHALLENGE, ChallengeParameters: parameters };
    const { client, calls } = clientWith(hostile);
    expect(await failureOf(client.signIn('ana', 'password'))).toMatchObject({ kind: 'server' });
    expect(calls).toHaveLength(1);
  });
});

describe('the code', () => {
  it('is sent with its session', async () => {
    const { client, calls } = clientWith({ AuthenticationResult: TOKENS });
    expect(await client.answer(TICKET, '123456')).toMatchObject({ kind: 'signed-in' });
    expect(calls[0].body).toEqual({
      ChallengeName: 'CUSTOM_CHALLENGE',
      ClientId: 'client',
      Session: 'session-1',
      ChallengeResponses: { USERNAME: 'user-id', ANSWER: '123456' },
      ClientMetadata: { locale: 'de', signIn: 'i' },
    });
  });

  it('is asked for again by an action, with an answer that means nothing', async () => {
    const { client, calls } = clientWith(CODE_CHALLENGE);
    await client.answer(TICKET, 'resend', { action: 'resend' });
    expect(calls[0].body).toMatchObject({
      Session: 'session-1',
      ChallengeResponses: { USERNAME: 'user-id', ANSWER: 'resend' },
      ClientMetadata: { locale: 'de', signIn: 'i', action: 'resend' },
    });
  });
});

describe('the place token', () => {
  it('is kept once the code was right, and goes along with every answer from then on', async () => {
    const step = { ...CODE_CHALLENGE, ChallengeParameters: { deviceToken: 't3' } };
    const { client, calls, places } = clientWith(
      step,
      { AuthenticationResult: TOKENS },
      PASSWORD_CHALLENGE,
      step,
    );
    await client.answer(TICKET, '000000');
    expect([...places]).toEqual([]);
    await client.answer({ ...TICKET, username: SRP_VECTORS.userId, placeToken: 't3' }, '123456');
    expect([...places]).toEqual([[SRP_VECTORS.userId, 't3']]);
    await client.signIn('ana@example.com', SRP_VECTORS.password);
    expect(calls.map(({ body }) => body['ClientMetadata'])).toEqual([
      { locale: 'de', signIn: 'i' },
      { locale: 'de', signIn: 'i' },
      undefined,
      { locale: 'de', deviceToken: 't3' },
    ]);
  });
});

describe('a temporary password', () => {
  it('asks for another, and for the attributes that the pool requires', async () => {
    const { client, calls } = clientWith(
      PASSWORD_CHALLENGE,
      {
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session: 'session-2',
        ChallengeParameters: {
          userAttributes: '{"email":"ana@example.com"}',
          requiredAttributes: '["userAttributes.given_name"]',
        },
      },
      CODE_CHALLENGE,
    );
    const next = await client.signIn('ana@example.com', SRP_VECTORS.password);
    const challenge = {
      username: SRP_VECTORS.userId,
      session: 'session-2',
      attributes: { email: 'ana@example.com' },
      required: ['given_name'],
    };
    expect(next).toEqual({ kind: 'new-password', challenge });
    const responses = passwordResponses('Chosen-9!', { given_name: 'Ana' });
    await client.respond(challenge, 'NEW_PASSWORD_REQUIRED', responses);
    expect(calls[2].body).toMatchObject({
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: 'session-2',
      ChallengeResponses: {
        USERNAME: SRP_VECTORS.userId,
        NEW_PASSWORD: 'Chosen-9!',
        'userAttributes.given_name': 'Ana',
      },
    });
  });
});

describe('a connection that is lost', () => {
  const lost = new TypeError('fetch failed');

  it('is tried again where nothing can happen twice', async () => {
    const { client, calls, slept } = clientWith(lost, lost, CODE_CHALLENGE);
    expect(await client.signIn('ana', 'password')).toMatchObject({ kind: 'code' });
    expect(calls).toHaveLength(3);
    expect(slept).toEqual([300, 900]);
  });

  it('is tried three times and no more', async () => {
    const { client, calls } = clientWith(lost, lost, lost, CODE_CHALLENGE);
    expect(await failureOf(client.signIn('ana', 'password'))).toMatchObject({ kind: 'network' });
    expect(calls).toHaveLength(3);
  });

  it('is not tried again with a code, which could count twice', async () => {
    const { client, calls } = clientWith(lost, { AuthenticationResult: TOKENS });
    expect(await failureOf(client.answer(TICKET, '1'))).toMatchObject({ kind: 'network' });
    expect(calls).toHaveLength(1);
  });
});

describe('tokens', () => {
  it('are refreshed', async () => {
    const { client, calls } = clientWith({
      AuthenticationResult: { ...TOKENS, RefreshToken: undefined },
    });
    expect(await client.refresh('refresh')).toEqual({
      accessToken: 'access',
      idToken: 'id',
      expiresIn: 300,
    });
    expect(calls[0]).toMatchObject({
      operation: 'GetTokensFromRefreshToken',
      body: { RefreshToken: 'refresh', ClientId: 'client' },
    });
  });

  it('are revoked, here and everywhere', async () => {
    const { client, calls } = clientWith({}, {});
    await client.revoke('refresh');
    await client.signOutEverywhere('access');
    expect(calls.map(({ operation, body }) => ({ operation, body }))).toEqual([
      { operation: 'RevokeToken', body: { Token: 'refresh', ClientId: 'client' } },
      { operation: 'GlobalSignOut', body: { AccessToken: 'access' } },
    ]);
  });
});

describe('failures', () => {
  const cases: [code: string, message: string, kind: AuthErrorKind][] = [
    ['NotAuthorizedException', 'Incorrect username or password.', 'refused'],
    ['NotAuthorizedException', 'User is disabled.', 'refused'],
    ['UserNotFoundException', 'User does not exist.', 'refused'],
    ['NotAuthorizedException', 'Password attempts exceeded', 'throttled'],
    ['NotAuthorizedException', 'Invalid session for the user.', 'session'],
    ['NotAuthorizedException', 'Invalid session for the user, session is expired.', 'session'],
    ['TooManyRequestsException', 'Rate exceeded', 'throttled'],
    ['LimitExceededException', 'Attempt limit exceeded', 'throttled'],
    ['PasswordResetRequiredException', 'Password reset required for the user', 'reset'],
    ['UserNotConfirmedException', 'User is not confirmed.', 'unconfirmed'],
    ['UserLambdaValidationException', 'CreateAuthChallenge failed with error x.', 'delivery'],
    [
      'UserLambdaValidationException',
      'CreateAuthChallenge failed with error No confirm code can be sent to this account. Please contact support.',
      'unverified',
    ],
    ['InvalidPasswordException', 'Password did not conform with policy', 'password'],
    ['NotAuthorizedException', 'Unable to verify secret hash for client x', 'server'],
    ['UserLambdaValidationException', 'DefineAuthChallenge failed with error x.', 'server'],
    ['InvalidParameterException', 'CUSTOM_AUTH is not enabled for the client', 'server'],
    ['constructor', '', 'server'],
  ];
  it.each(cases)('%s “%s” is %s', async (code, message, kind) => {
    const { client } = clientWith(refusal(code, message));
    expect(await failureOf(client.answer(TICKET, '1'))).toMatchObject({ kind, code, message });
  });

  it('finds the name in the header first, whatever surrounds it', async () => {
    const headers = { 'x-amzn-ErrorType': 'NotAuthorizedException:' };
    const { client } = clientWith(
      refusal('other', 'Incorrect username or password.', headers),
      refusal('com.amazonaws.cognito#TooManyRequestsException:http://x', ''),
    );
    expect((await failureOf(client.answer(TICKET, '1'))).code).toBe('NotAuthorizedException');
    expect((await failureOf(client.answer(TICKET, '1'))).code).toBe('TooManyRequestsException');
  });

  it.each([
    ['a proxy’s page', new Response('<h1>Bad gateway</h1>', { status: 502 }), 'server'],
    ['a login page of the network', new Response('<h1>Welcome</h1>', { status: 200 }), 'server'],
    ['JSON that is no object', Response.json(17), 'server'],
    ['an answer without a challenge', Response.json({}), 'server'],
    ['a rate limit of a proxy', new Response('', { status: 429 }), 'throttled'],
    ['no connection', new TypeError('fetch failed'), 'network'],
  ])('%s', async (_, answer, kind) => {
    const { client } = clientWith(answer);
    expect(await failureOf(client.answer(TICKET, '1'))).toMatchObject({ kind });
  });

  it('gives up on a server that does not answer', async () => {
    const environment: CognitoClientEnvironment = {
      fetch: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      now: () => NOW,
      randomBytes: (length) => new Uint8Array(length),
      sleep: async () => undefined,
    };
    const options = { endpoint: '/', userPoolId: 'a_b', clientId: 'c', timeout: 5 };
    const client = new CognitoClient(options, environment);
    expect(await failureOf(client.answer(TICKET, '1'))).toMatchObject({ kind: 'network' });
  });
});
