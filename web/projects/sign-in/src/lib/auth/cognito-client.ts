import { AuthClient, CodeTicket, NextStep, Tokens } from './auth-client';
import { AuthError, serviceError } from './auth-error';
import { Bytes } from './bytes';
import { readCodeChallenge } from './code-challenge';
import { SrpChallenge, SrpClient, SrpError, srpTimestamp } from './srp';

export interface CognitoClientOptions {
  /** `https://cognito-idp.REGION.amazonaws.com/`, or a Poolhouse server's address. */
  readonly endpoint: string;
  /** `eu-central-1_AbCd12345`. */
  readonly userPoolId: string;
  /** An app client without a secret, with `ALLOW_CUSTOM_AUTH` and `ALLOW_USER_SRP_AUTH`. */
  readonly clientId: string;
  /** Told to the functions, so that the mail can speak the form's language: `de`, `pt-BR`. */
  readonly locale?: string;
  /** Milliseconds to wait for one answer; 15,000 when absent. */
  readonly timeout?: number;
}

/** What the client takes from its surroundings. Tests give their own. */
export interface CognitoClientEnvironment {
  fetch(url: string, init: RequestInit): Promise<Response>;
  now(): number;
  randomBytes(length: number): Bytes;
}

const BROWSER: CognitoClientEnvironment = {
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

const DEFAULT_TIMEOUT = 15_000;

/** A device's clock may differ by this much, in milliseconds, before the server's is believed. */
const TOLERATED_SKEW = 30_000;

/** A resend is an answer by form only: the functions see the action and do not evaluate the text. */
const RESEND_ANSWER = 'resend';

type Json = Readonly<Record<string, unknown>>;

/** Talks to a Cognito user pool, on AWS or Poolhouse, over its JSON protocol. */
export class CognitoClient extends AuthClient {
  private readonly poolName: string;
  private prepared: SrpClient | null = null;
  private skew = 0;

  constructor(
    private readonly options: CognitoClientOptions,
    private readonly environment: CognitoClientEnvironment = BROWSER,
  ) {
    super();
    this.poolName = options.userPoolId.slice(options.userPoolId.indexOf('_') + 1);
  }

  override prepare(): void {
    this.prepared ??= this.newKeyPair();
  }

  override async signIn(
    username: string,
    password: string,
    signal?: AbortSignal,
  ): Promise<NextStep> {
    const srp = this.takeKeyPair();
    const first = await this.call(
      'InitiateAuth',
      {
        AuthFlow: 'CUSTOM_AUTH',
        ClientId: this.options.clientId,
        AuthParameters: { USERNAME: username, CHALLENGE_NAME: 'SRP_A', SRP_A: srp.publicHex },
      },
      signal,
    );
    if (first['ChallengeName'] !== 'PASSWORD_VERIFIER') return this.nextStep(first, username);

    const parameters = record(first['ChallengeParameters']);
    const challenge: SrpChallenge = {
      userId: member(parameters, 'USER_ID_FOR_SRP'),
      salt: member(parameters, 'SALT'),
      serverPublic: member(parameters, 'SRP_B'),
      secretBlock: member(parameters, 'SECRET_BLOCK'),
    };
    const timestamp = srpTimestamp(new Date(this.environment.now() + this.skew));
    const second = await this.call(
      'RespondToAuthChallenge',
      {
        ChallengeName: 'PASSWORD_VERIFIER',
        ClientId: this.options.clientId,
        Session: first['Session'],
        ChallengeResponses: {
          USERNAME: challenge.userId,
          PASSWORD_CLAIM_SECRET_BLOCK: challenge.secretBlock,
          PASSWORD_CLAIM_SIGNATURE: await sign(srp, challenge, password, timestamp),
          TIMESTAMP: timestamp,
        },
        ClientMetadata: this.metadata({}),
      },
      signal,
    );
    return this.nextStep(second, challenge.userId);
  }

  override answer(ticket: CodeTicket, code: string, signal?: AbortSignal): Promise<NextStep> {
    return this.respond(ticket, code, {}, signal);
  }

  override resend(ticket: CodeTicket, signal?: AbortSignal): Promise<NextStep> {
    return this.respond(ticket, RESEND_ANSWER, { action: 'resend' }, signal);
  }

  /** New tokens for a refresh token, whether or not the app client rotates them. */
  async refresh(refreshToken: string, signal?: AbortSignal): Promise<Tokens> {
    const body = { RefreshToken: refreshToken, ClientId: this.options.clientId };
    const response = await this.call('GetTokensFromRefreshToken', body, signal);
    return readTokens(record(response['AuthenticationResult']));
  }

  /** Signs out here: the refresh token and the access tokens made from it stop working. */
  async revoke(refreshToken: string, signal?: AbortSignal): Promise<void> {
    const body = { Token: refreshToken, ClientId: this.options.clientId };
    await this.call('RevokeToken', body, signal);
  }

  /** Signs out on every device. */
  async signOutEverywhere(accessToken: string, signal?: AbortSignal): Promise<void> {
    await this.call('GlobalSignOut', { AccessToken: accessToken }, signal);
  }

  private async respond(
    ticket: CodeTicket,
    answer: string,
    metadata: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<NextStep> {
    const response = await this.call(
      'RespondToAuthChallenge',
      {
        ChallengeName: 'CUSTOM_CHALLENGE',
        ClientId: this.options.clientId,
        Session: ticket.session,
        ChallengeResponses: { USERNAME: ticket.username, ANSWER: answer },
        ClientMetadata: this.metadata(metadata),
      },
      signal,
    );
    return this.nextStep(response, ticket.username);
  }

  /** A key pair serves one sign-in only. */
  private takeKeyPair(): SrpClient {
    const srp = this.prepared ?? this.newKeyPair();
    this.prepared = null;
    return srp;
  }

  private newKeyPair(): SrpClient {
    return SrpClient.generate(this.poolName, this.environment.randomBytes);
  }

  private metadata(extra: Readonly<Record<string, string>>): Json {
    return { ...(this.options.locale ? { locale: this.options.locale } : {}), ...extra };
  }

  private nextStep(response: Json, username: string): NextStep {
    if (response['AuthenticationResult'] !== undefined) {
      return { kind: 'signed-in', tokens: readTokens(record(response['AuthenticationResult'])) };
    }
    const name = member(response, 'ChallengeName');
    if (name === 'CUSTOM_CHALLENGE') {
      const parameters = record(response['ChallengeParameters'] ?? {});
      const challenge = readCodeChallenge(parameters, member(response, 'Session'), username);
      return { kind: 'code', challenge };
    }
    const kind = name === 'NEW_PASSWORD_REQUIRED' ? 'new-password' : 'unsupported';
    throw new AuthError(kind, name, `The pool asks for ${name}.`);
  }

  private async call(operation: string, body: Json, signal?: AbortSignal): Promise<Json> {
    const timeout = AbortSignal.timeout(this.options.timeout ?? DEFAULT_TIMEOUT);
    let response: Response;
    let content: string;
    try {
      response = await this.environment.fetch(this.options.endpoint, {
        method: 'POST',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        headers: {
          'Content-Type': 'application/x-amz-json-1.1',
          'X-Amz-Target': `AWSCognitoIdentityProviderService.${operation}`,
        },
        body: JSON.stringify(body),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      content = await response.text();
    } catch (cause) {
      throw new AuthError('network', '', `No answer to ${operation}.`, { cause });
    }
    this.noteServerTime(response.headers.get('Date'));
    const json = parseObject(content);
    if (response.ok && json) return json;
    const code = errorCode(response.headers.get('X-Amzn-ErrorType') ?? json?.['__type']);
    const message = json?.['message'] ?? json?.['Message'];
    throw serviceError(response.status, code, typeof message === 'string' ? message : '');
  }

  /**
   * The password proof carries the time, and the server refuses one that is minutes off. People
   * whose clock is wrong would read "wrong password", so their clock is corrected by the server's.
   */
  private noteServerTime(header: string | null): void {
    const skew = Date.parse(header ?? '') - this.environment.now();
    this.skew = Math.abs(skew) > TOLERATED_SKEW ? skew : 0;
  }
}

async function sign(
  srp: SrpClient,
  challenge: SrpChallenge,
  password: string,
  timestamp: string,
): Promise<string> {
  try {
    return await srp.sign(challenge, password, timestamp);
  } catch (cause) {
    if (cause instanceof SrpError || cause instanceof DOMException) {
      throw new AuthError('server', '', 'The password challenge is malformed.', { cause });
    }
    throw cause;
  }
}

function readTokens(result: Json): Tokens {
  const refreshToken = result['RefreshToken'];
  return {
    accessToken: member(result, 'AccessToken'),
    idToken: member(result, 'IdToken'),
    ...(typeof refreshToken === 'string' ? { refreshToken } : {}),
    expiresIn: typeof result['ExpiresIn'] === 'number' ? result['ExpiresIn'] : 0,
  };
}

/** `NotAuthorizedException`, out of forms such as `namespace#NotAuthorizedException:url`. */
function errorCode(type: unknown): string {
  const name = typeof type === 'string' ? type : '';
  return name.slice(name.indexOf('#') + 1).split(/[:,]/)[0];
}

function parseObject(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : null;
  } catch {
    // Not JSON: a proxy's page, say. The caller reports it as the server's fault.
    return null;
  }
}

function record(value: unknown): Json {
  if (typeof value === 'object' && value !== null) return value as Json;
  throw new AuthError('server', '', 'The answer lacks a structure.');
}

function member(of: Json, name: string): string {
  const value = of[name];
  if (typeof value === 'string') return value;
  throw new AuthError('server', '', `The answer lacks ${name}.`);
}
