import type { CodeChallenge } from './code-challenge.js';

/** Where a code goes: all parts come from the challenge it answers. */
export type CodeTicket = Pick<CodeChallenge, 'username' | 'session' | 'signIn' | 'placeToken'>;

/** Text that the functions get with an answer, as `ClientMetadata`. */
export type Metadata = Readonly<Record<string, string>>;

export interface Tokens {
  readonly accessToken: string;
  readonly idToken: string;
  /** Absent after a refresh, unless the app client rotates refresh tokens. */
  readonly refreshToken?: string;
  /** Seconds that the access token lives. */
  readonly expiresIn: number;
}

/** A challenge to choose a password, since the one just proven is temporary. */
export interface PasswordChallenge {
  readonly username: string;
  readonly session: string;
  /** What the pool knows of the user: `{ given_name: 'Ana' }`. */
  readonly attributes: Metadata;
  /** Names of the attributes that the pool requires and does not know. */
  readonly required: readonly string[];
}

/**
 * A step that few sign-ins come to: the code of an authenticator app, a mailed or texted code in place of
 * the functions' one, a choice, a set-up, a passkey.
 */
export interface FactorChallenge {
  /** As the service names it: `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`, `SMS_MFA`, `SMS_OTP`, `SELECT_MFA_TYPE`, `SELECT_CHALLENGE`, `MFA_SETUP`, `WEB_AUTHN`. */
  readonly name: string;
  readonly username: string;
  readonly session: string;
  /** Where a code went, masked by the server. Empty when the server does not tell. */
  readonly destination: string;
  /** What there is to choose from, by the service's names; one of them is the answer. */
  readonly choices: readonly string[];
  /** As an answer it brings a new code. Empty where only a new sign-in does: the service resends no second factor. */
  readonly renews: string;
  /** The key of the authenticator app that is being set up. */
  readonly key: string;
  /** What a passkey is asked, as JSON. */
  readonly passkey: string;
}

/** What the server wants next. */
export type NextStep =
  | { readonly kind: 'signed-in'; readonly tokens: Tokens }
  | { readonly kind: 'code'; readonly challenge: CodeChallenge }
  | { readonly kind: 'new-password'; readonly challenge: PasswordChallenge }
  | { readonly kind: 'factor'; readonly challenge: FactorChallenge };

/** What the steps of few sign-ins ask of the server, by the service's own names. */
export interface StepClient {
  /** Begins a sign-in that is not one with a password: `USER_AUTH`. */
  begin(
    authFlow: string,
    username: string,
    parameters: Metadata,
    signal?: AbortSignal,
  ): Promise<NextStep>;

  /** Answers any challenge. */
  respond(
    ticket: Pick<CodeTicket, 'username' | 'session'>,
    challenge: string,
    responses: Metadata,
    metadata: Metadata,
    signal?: AbortSignal,
  ): Promise<NextStep>;

  /** Any operation that needs no app client's name. */
  call(
    operation: string,
    body: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>>;
}

/**
 * The server as the flow sees it. `CognitoClient` is one; an app that signs in through another
 * library brings its own. Every method rejects with `AuthError`. Without the methods of `StepClient`
 * it has no second factors and no passkeys.
 */
export interface AuthClient extends Partial<StepClient> {
  /** Called while the person still types: the place to do slow sums early. */
  prepare?(): void;

  signIn(
    username: string,
    password: string,
    metadata: Metadata,
    signal: AbortSignal,
  ): Promise<NextStep>;

  /** With `metadata.action` the text means nothing: it asks for a mail, or for more time. */
  answer(
    ticket: CodeTicket,
    code: string,
    metadata: Metadata,
    signal: AbortSignal,
  ): Promise<NextStep>;

  /** Absent: by `respond`, or a temporary password is not something this client can replace. */
  choosePassword?(
    challenge: PasswordChallenge,
    password: string,
    attributes: Metadata,
    metadata: Metadata,
    signal: AbortSignal,
  ): Promise<NextStep>;
}

/** What a session asks of the server. */
export interface TokenClient {
  refresh(refreshToken: string): Promise<Tokens>;
  revoke(refreshToken: string): Promise<void>;
  signOutEverywhere(accessToken: string): Promise<void>;
  /** Milliseconds since 1970 by the server's clock. */
  serverNow(): number;
}
