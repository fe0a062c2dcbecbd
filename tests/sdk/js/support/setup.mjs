/** A running server with a pool as the article sets it up. Tests share it; each makes its own user. */
import { randomBytes } from 'node:crypto';
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider';
import { startServer } from './server.mjs';

const FUNCTIONS = 'arn:aws:lambda:us-east-1:000000000000:function';
const FLOWS = ['ALLOW_CUSTOM_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];

export async function setUp() {
  const server = await startServer();
  const admin = new CognitoIdentityProvider({
    region: 'us-east-1',
    endpoint: server.url,
    credentials: server.credentials,
    maxAttempts: 1,
  });
  const { UserPool } = await admin.createUserPool({
    PoolName: 'black-box',
    UsernameAttributes: ['email'],
    Schema: [{ Name: 'authChallenge', AttributeDataType: 'String', Mutable: true }],
    LambdaConfig: {
      DefineAuthChallenge: `${FUNCTIONS}:2faDefine`,
      CreateAuthChallenge: `${FUNCTIONS}:2faCreate`,
      VerifyAuthChallengeResponse: `${FUNCTIONS}:2faVerify`,
    },
  });
  // Clients that sign in without a code are tested on this pool, too.
  server.openDoor(UserPool.Id);
  const pool = new Pool(admin, server.url, UserPool.Id);
  return { server, admin, pool, stop: () => server.stop() };
}

class Pool {
  #admin;
  #inbox;

  constructor(admin, url, id) {
    this.#admin = admin;
    this.#inbox = `${url}/inbox/api/messages`;
    this.endpoint = url;
    this.id = id;
  }

  /** A new app client; `options` are those of CreateUserPoolClient. */
  async client(options = {}) {
    const { UserPoolClient } = await this.#admin.createUserPoolClient({
      UserPoolId: this.id,
      ClientName: 'black-box',
      AuthSessionValidity: 5,
      ExplicitAuthFlows: FLOWS,
      PreventUserExistenceErrors: 'ENABLED',
      ...options,
    });
    return UserPoolClient;
  }

  /** A new user with a verified address and a password, temporary if asked. */
  async user({ permanent = true } = {}) {
    const email = `ada.${randomBytes(6).toString('hex')}@example.com`;
    const password = `Correct-Hörse-9-${randomBytes(4).toString('hex')}!`;
    const user = { UserPoolId: this.id, Username: email };
    await this.#admin.adminCreateUser({
      ...user,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ],
    });
    await this.#admin.adminSetUserPassword({ ...user, Password: password, Permanent: permanent });
    return { email, password };
  }

  async mailsTo(email) {
    const response = await fetch(`${this.#inbox}?to=${encodeURIComponent(email)}`);
    return response.json();
  }

  /** The code in the newest mail; waits for the mail. */
  async codeFor(email) {
    const deadline = Date.now() + 15_000;
    while (Date.now() < deadline) {
      const [newest] = await this.mailsTo(email);
      const code = /(?<!\d)\d{6}(?!\d)/.exec(newest?.text ?? '');
      if (code) return code[0];
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no mail with a code came for ${email}`);
  }
}

/** A code that is surely not this one. */
export function wrong(code) {
  return code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));
}

/** The claims of a token, unverified. */
export function claims(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
}

export const WRONG_PASSWORD = {
  name: 'NotAuthorizedException',
  message: 'Incorrect username or password.',
};
