import { createHash, createHmac, getDiffieHellman, randomBytes, randomInt } from 'node:crypto';

/**
 * A stand-in for the server, for work on the pages without a Rust toolchain: just enough of a user
 * pool to sign in with real SRP and a mailed code. It signs nothing and checks no access key; what
 * the server does is tested against the server (`POOLHOUSE_URL`), never against this.
 */

export type Body = Record<string, unknown>;

export class StandInError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface StandInMail {
  id: string;
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  receivedAt: string;
}

interface User {
  email: string;
  id: string;
  poolName: string;
  salt: bigint;
  verifier: bigint;
  temporary: boolean;
}

interface SignIn {
  user: User | null;
  /** While the password is being proved. */
  srp?: { publicA: bigint; secretB: bigint; publicB: bigint; block: Buffer };
  code: string;
  attempts: number;
  expires: number;
  mailed: number;
}

// Node knows the group by itself, so the library's constant is checked against another source.
const N = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`);
const G = 2n;
const CODE_LIFE = 300_000;
const COOLDOWN = 30_000;
const ATTEMPTS = 3;

export class StandInPool {
  readonly mails: StandInMail[] = [];
  private readonly users = new Map<string, User>();
  private readonly signIns = new Map<string, SignIn>();
  private readonly refreshTokens = new Map<string, User>();

  handle(operation: string, body: Body): Body {
    const handlers: Record<string, (body: Body) => Body> = {
      CreateUserPool: () => ({ UserPool: { Id: `us-east-1_${randomBytes(4).toString('hex')}` } }),
      CreateUserPoolClient: () => ({
        UserPoolClient: { ClientId: randomBytes(13).toString('hex') },
      }),
      AdminCreateUser: (request) => this.createUser(request),
      AdminSetUserPassword: (request) => this.setPassword(request),
      InitiateAuth: (request) => this.initiate(request),
      RespondToAuthChallenge: (request) => this.respond(request),
      GetTokensFromRefreshToken: (request) => this.refresh(request),
      RevokeToken: (request) => this.revoke(request),
      GlobalSignOut: () => this.signOutEverywhere(),
    };
    const handler = handlers[operation];
    if (!handler) throw new StandInError('InvalidAction', `No ${operation} here.`);
    return handler(body);
  }

  private createUser(body: Body): Body {
    const email = String(body['Username']);
    const id = randomBytes(16).toString('hex');
    const name = poolName(body);
    this.users.set(email, { email, id, poolName: name, salt: 1n, verifier: 1n, temporary: true });
    return { User: { Username: id } };
  }

  private setPassword(body: Body): Body {
    const user = this.users.get(String(body['Username']));
    if (!user) throw new StandInError('UserNotFoundException', 'User does not exist.');
    user.salt = number(randomBytes(16));
    const identity = sha256(`${user.poolName}${user.id}:${String(body['Password'])}`);
    user.verifier = power(G, number(sha256(pad(user.salt), identity)));
    user.temporary = body['Permanent'] !== true;
    return {};
  }

  private initiate(body: Body): Body {
    const parameters = body['AuthParameters'] as Record<string, string>;
    const user = this.users.get(parameters['USERNAME']) ?? null;
    const salt = user?.salt ?? number(randomBytes(16));
    const id = user?.id ?? randomBytes(16).toString('hex');
    const secretB = number(randomBytes(32));
    const k = number(sha256(pad(N), pad(G)));
    const publicB = (k * (user?.verifier ?? secretB) + power(G, secretB)) % N;
    const block = randomBytes(32);
    const publicA = BigInt(`0x${parameters['SRP_A']}`);
    const srp = { publicA, secretB, publicB, block };
    const session = this.remember({ user, srp, code: '', attempts: 0, expires: 0, mailed: 0 });
    return {
      ChallengeName: 'PASSWORD_VERIFIER',
      Session: session,
      ChallengeParameters: {
        SALT: salt.toString(16),
        SRP_B: publicB.toString(16),
        SECRET_BLOCK: block.toString('base64'),
        USERNAME: id,
        USER_ID_FOR_SRP: id,
      },
    };
  }

  private respond(body: Body): Body {
    const session = String(body['Session']);
    const signIn = this.signIns.get(session);
    this.signIns.delete(session);
    if (!signIn) {
      const message = 'Invalid session for the user, session can only be used once.';
      throw new StandInError('NotAuthorizedException', message);
    }
    const answers = body['ChallengeResponses'] as Record<string, string>;
    if (body['ChallengeName'] === 'PASSWORD_VERIFIER') return this.checkPassword(signIn, answers);
    const metadata = body['ClientMetadata'] as Record<string, string> | undefined;
    return metadata?.['action'] === 'resend'
      ? this.resend(signIn)
      : this.checkCode(signIn, answers['ANSWER']);
  }

  private checkPassword(signIn: SignIn, answers: Record<string, string>): Body {
    const { user, srp } = signIn;
    if (!user || !srp || !proves(user, srp, answers)) throw refused();
    if (Math.abs(Date.now() - Date.parse(answers['TIMESTAMP'])) > 300_000) throw refused();
    if (user.temporary) {
      return { ChallengeName: 'NEW_PASSWORD_REQUIRED', Session: 'none', ChallengeParameters: {} };
    }
    signIn.code = String(randomInt(1_000_000)).padStart(6, '0');
    signIn.expires = Date.now() + CODE_LIFE;
    this.mail(signIn, user);
    return this.challenge(signIn, 'sent');
  }

  private checkCode(signIn: SignIn, answer: string): Body {
    if (!signIn.user) throw refused();
    if (Date.now() > signIn.expires) return this.challenge(signIn, 'expired');
    if (answer === signIn.code) return { ...this.tokens(signIn.user), ChallengeParameters: {} };
    signIn.attempts += 1;
    if (signIn.attempts >= ATTEMPTS) throw refused();
    return this.challenge(signIn, 'wrong');
  }

  private resend(signIn: SignIn): Body {
    if (Date.now() < signIn.mailed + COOLDOWN) return this.challenge(signIn, 'too_soon');
    if (signIn.user) this.mail(signIn, signIn.user);
    return this.challenge(signIn, 'resent');
  }

  private challenge(signIn: SignIn, result: string): Body {
    const seconds = (until: number) => String(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    return {
      ChallengeName: 'CUSTOM_CHALLENGE',
      Session: this.remember(signIn),
      ChallengeParameters: {
        USERNAME: signIn.user?.id,
        CODE_DELIVERY_DELIVERY_MEDIUM: 'EMAIL',
        CODE_DELIVERY_DESTINATION: 'a***@e***',
        codeLength: '6',
        codeAlphabet: 'digits',
        expiresIn: seconds(signIn.expires),
        resendIn: seconds(signIn.mailed + COOLDOWN),
        attemptsLeft: String(ATTEMPTS - signIn.attempts),
        result,
      },
    };
  }

  private mail(signIn: SignIn, user: User): void {
    signIn.mailed = Date.now();
    this.mails.unshift({
      id: randomBytes(8).toString('hex'),
      to: user.email,
      from: 'Poolhouse <no-reply@example.com>',
      subject: 'Your sign-in code',
      text: `Enter this code to finish signing in:\n\n${signIn.code}\n\nIt works once, for 5 minutes.\n`,
      html: `<p style="font: 16px sans-serif">Your code is <b>${signIn.code}</b>.</p>`,
      receivedAt: new Date().toISOString(),
    });
  }

  private remember(signIn: SignIn): string {
    const session = randomBytes(24).toString('base64url');
    this.signIns.set(session, signIn);
    return session;
  }

  private refresh(body: Body): Body {
    const user = this.refreshTokens.get(String(body['RefreshToken']));
    if (!user) throw new StandInError('NotAuthorizedException', 'Refresh Token has been revoked');
    return this.tokens(user, false);
  }

  private revoke(body: Body): Body {
    this.refreshTokens.delete(String(body['Token']));
    return {};
  }

  private signOutEverywhere(): Body {
    this.refreshTokens.clear();
    return {};
  }

  private tokens(user: User, withRefreshToken = true): Body {
    const now = Math.floor(Date.now() / 1000);
    const claims = { sub: user.id, 'cognito:username': user.id, iat: now, exp: now + 3600 };
    const jwt = (payload: Body) =>
      `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.none`;
    const refreshToken = randomBytes(24).toString('base64url');
    if (withRefreshToken) this.refreshTokens.set(refreshToken, user);
    return {
      AuthenticationResult: {
        AccessToken: jwt({ ...claims, token_use: 'access' }),
        IdToken: jwt({ ...claims, token_use: 'id', email: user.email, auth_time: now }),
        ...(withRefreshToken ? { RefreshToken: refreshToken } : {}),
        ExpiresIn: 3600,
        TokenType: 'Bearer',
      },
    };
  }
}

function proves(
  user: User,
  srp: NonNullable<SignIn['srp']>,
  answers: Record<string, string>,
): boolean {
  const u = number(sha256(pad(srp.publicA), pad(srp.publicB)));
  const shared = power(srp.publicA * power(user.verifier, u), srp.secretB);
  const extracted = hmac(pad(u), pad(shared));
  const key = hmac(extracted, 'Caldera Derived Key\x01').subarray(0, 16);
  const message = [user.poolName, user.id, srp.block, answers['TIMESTAMP']];
  const expected = hmac(key, ...message).toString('base64');
  return expected === answers['PASSWORD_CLAIM_SIGNATURE'];
}

function refused(): StandInError {
  return new StandInError('NotAuthorizedException', 'Incorrect username or password.');
}

function poolName(body: Body): string {
  return String(body['UserPoolId']).split('_')[1];
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base % N, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % N;
    square = (square * square) % N;
  }
  return result;
}

function number(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function pad(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return bytes[0] & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

function sha256(...parts: (string | Buffer)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function hmac(key: Buffer, ...parts: (string | Buffer)[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}
