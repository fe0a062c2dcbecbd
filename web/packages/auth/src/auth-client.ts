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

/** What the server wants next. */
export type NextStep =
  | { readonly kind: 'signed-in'; readonly tokens: Tokens }
  | { readonly kind: 'code'; readonly challenge: CodeChallenge }
  | { readonly kind: 'new-password'; readonly challenge: PasswordChallenge };

/**
 * The server as the flow sees it. `CognitoClient` is one; an app that signs in through another
 * library brings its own. Every method rejects with `AuthError`.
 */
export interface AuthClient {
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

  /** Absent: a temporary password is not something this client can replace. */
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
