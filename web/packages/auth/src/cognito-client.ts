import type {
  AuthClient,
  CodeTicket,
  Metadata,
  NextStep,
  StepClient,
  TokenClient,
  Tokens,
} from './auth-client.js';
import { AuthError, malformed, unreachable } from './auth-error.js';
import { readCodeChallenge } from './code-challenge.js';
import { BROWSER, type CognitoClientEnvironment } from './environment.js';
import { type Json, Wire, member, record } from './wire.js';
import { type PlaceStore, browserPlaces } from './place-store.js';
import { type SrpChallenge, type SrpClient, srpClient, srpSecret, srpTimestamp } from './srp.js';

export interface CognitoClientOptions {
  /** `https://cognito-idp.REGION.amazonaws.com/`, or a Poolhouse server's address. */
  readonly endpoint: string;
  /** `eu-central-1_AbCd12345`. */
  readonly userPoolId: string;
  /** An app client without a secret, with `ALLOW_CUSTOM_AUTH` and `ALLOW_REFRESH_TOKEN_AUTH`. */
  readonly clientId: string;
  /** `USER_SRP_AUTH` for pools that ask for no mailed code by functions; `CUSTOM_AUTH` when absent. */
  readonly authFlow?: 'CUSTOM_AUTH' | 'USER_SRP_AUTH' | null;
  /** Told to the functions, so that the mail can speak the form's language: `de`, `pt-BR`. */
  readonly locale?: string | (() => string);
  /** Milliseconds to wait for one answer; 15,000 when absent. */
  readonly timeout?: number;
  /** Where place tokens are kept; `localStorage` when absent. */
  readonly places?: PlaceStore;
}

export type { CognitoClientEnvironment } from './environment.js';

/** The options, or a function that finds them: it is asked once, when they are first needed. */
export type CognitoClientSource = CognitoClientOptions | (() => Promise<CognitoClientOptions>);

/** Talks to a Cognito user pool, on AWS or Poolhouse, over its JSON protocol. */
export class CognitoClient implements AuthClient, StepClient, TokenClient {
  readonly #source: CognitoClientSource;
  readonly #environment: CognitoClientEnvironment;
  readonly #wire: Wire;
  #options: Promise<CognitoClientOptions> | undefined;
  #places: PlaceStore | undefined;
  #prepared: Promise<SrpClient> | undefined;

  constructor(source: CognitoClientSource, environment: CognitoClientEnvironment = BROWSER) {
    this.#source = source;
    this.#environment = environment;
    this.#wire = new Wire(environment);
  }

  /** What it was made with. A source that failed is asked again the next time. */
  options(): Promise<CognitoClientOptions> {
    const source = this.#source;
    this.#options ??= Promise.resolve(typeof source === 'function' ? source() : source).catch(
      (cause: unknown) => {
        this.#options = undefined;
        return unreachable(cause);
      },
    );
    return this.#options;
  }

  serverNow(): number {
    return this.#environment.now() + this.#wire.skew;
  }

  prepare(): void {
    this.#prepared ??= this.#newKeyPair();
    // Whoever takes the pair hears of it.
    this.#prepared.catch(() => (this.#prepared = undefined));
  }

  async signIn(
    username: string,
    password: string,
    metadata: Metadata = {},
    signal?: AbortSignal,
  ): Promise<NextStep> {
    // A key pair serves one sign-in only.
    const pair = this.#prepared ?? this.#newKeyPair();
    this.#prepared = undefined;
    const srp = await pair;
    const authFlow = (await this.options()).authFlow ?? 'CUSTOM_AUTH';
    const named = authFlow === 'CUSTOM_AUTH' && { CHALLENGE_NAME: 'SRP_A' };
    const parameters = { ...named, SRP_A: srp.publicHex };
    const first = await this.#initiate(authFlow, username, parameters, signal);
    if (first['ChallengeName'] !== 'PASSWORD_VERIFIER') return this.#next(first, { username });

    const asked = record(first['ChallengeParameters']);
    const challenge: SrpChallenge = {
      userId: member(asked, 'USER_ID_FOR_SRP'),
      salt: member(asked, 'SALT'),
      serverPublic: member(asked, 'SRP_B'),
      secretBlock: member(asked, 'SECRET_BLOCK'),
    };
    const timestamp = srpTimestamp(new Date(this.serverNow()));
    return this.respond(
      // `USER_SRP_AUTH` has none yet.
      { username: challenge.userId, session: first['Session'] as string },
      'PASSWORD_VERIFIER',
      {
        PASSWORD_CLAIM_SECRET_BLOCK: challenge.secretBlock,
        PASSWORD_CLAIM_SIGNATURE: await sign(srp, challenge, password, timestamp),
        TIMESTAMP: timestamp,
      },
      metadata,
      signal,
    );
  }

  answer(
    ticket: CodeTicket,
    code: string,
    metadata: Metadata = {},
    signal?: AbortSignal,
  ): Promise<NextStep> {
    return this.respond(ticket, 'CUSTOM_CHALLENGE', { ANSWER: code }, metadata, signal);
  }

  async begin(
    authFlow: string,
    username: string,
    parameters: Metadata,
    signal?: AbortSignal,
  ): Promise<NextStep> {
    const first = await this.#initiate(authFlow, username, parameters, signal);
    return this.#next(first, { username });
  }

  /** New tokens for a refresh token, whether or not the app client rotates them. */
  async refresh(refreshToken: string, signal?: AbortSignal): Promise<Tokens> {
    const body = { RefreshToken: refreshToken };
    const response = await this.#call('GetTokensFromRefreshToken', body, signal);
    return readTokens(record(response['AuthenticationResult']));
  }

  /** Signs out here: the refresh token and the access tokens made from it stop working. */
  async revoke(refreshToken: string, signal?: AbortSignal): Promise<void> {
    await this.#call('RevokeToken', { Token: refreshToken }, signal);
  }

  /** Signs out on every device. */
  async signOutEverywhere(accessToken: string, signal?: AbortSignal): Promise<void> {
    await this.call('GlobalSignOut', { AccessToken: accessToken }, signal);
  }

  async respond(
    ticket: Pick<CodeTicket, 'username' | 'session'> & Partial<CodeTicket>,
    challenge: string,
    responses: Metadata,
    metadata: Metadata = {},
    signal?: AbortSignal,
  ): Promise<NextStep> {
    const { username, session, signIn } = ticket;
    const { clientId, locale, places } = await this.options();
    this.#places ??= places ?? browserPlaces(`poolhouse.places.${clientId}`);
    const known = {
      locale: typeof locale === 'function' ? locale() : locale,
      signIn,
      deviceToken: this.#places.get(username),
    };
    const told = Object.entries(known).filter(([, value]) => value);
    const response = await this.#call(
      'RespondToAuthChallenge',
      {
        ChallengeName: challenge,
        Session: session,
        ChallengeResponses: { USERNAME: username, ...responses },
        ClientMetadata: { ...Object.fromEntries(told), ...metadata },
      },
      signal,
    );
    return this.#next(response, ticket);
  }

  async #next(
    response: Json,
    ticket: Pick<CodeTicket, 'username'> & Partial<CodeTicket>,
  ): Promise<NextStep> {
    const { username, placeToken } = ticket;
    if (response['AuthenticationResult'] !== undefined) {
      const tokens = readTokens(record(response['AuthenticationResult']));
      if (placeToken) this.#places?.set(username, placeToken);
      return { kind: 'signed-in', tokens };
    }
    const name = member(response, 'ChallengeName');
    const session = member(response, 'Session');
    const parameters = record(response['ChallengeParameters'] ?? {});
    if (name === 'CUSTOM_CHALLENGE')
      return { kind: 'code', challenge: readCodeChallenge(parameters, session, username) };
    const { readStep } = await import('./steps.js').catch(unreachable);
    return readStep(this, { ...parameters, ...response }, { name, session, username }, AuthError);
  }

  async #newKeyPair(): Promise<SrpClient> {
    const { userPoolId } = await this.options();
    const poolName = userPoolId.slice(userPoolId.indexOf('_') + 1);
    return srpClient(poolName, srpSecret(this.#environment.randomBytes));
  }

  #initiate(
    authFlow: string,
    username: string,
    parameters: Metadata,
    signal?: AbortSignal,
  ): Promise<Json> {
    const body = { AuthFlow: authFlow, AuthParameters: { USERNAME: username, ...parameters } };
    return this.#call('InitiateAuth', body, signal);
  }

  async call(operation: string, body: Json, signal?: AbortSignal): Promise<Json> {
    const { endpoint, timeout } = await this.options();
    return this.#wire.call(endpoint, operation, body, timeout, signal);
  }

  /** With the app client's name. */
  async #call(operation: string, body: Json, signal?: AbortSignal): Promise<Json> {
    const { clientId } = await this.options();
    return this.call(operation, { ClientId: clientId, ...body }, signal);
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
    throw malformed(cause);
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
