import { CodeChallenge } from './code-challenge';

/** Where a code goes: both parts come from the challenge it answers. */
export type CodeTicket = Pick<CodeChallenge, 'username' | 'session'>;

export interface Tokens {
  readonly accessToken: string;
  readonly idToken: string;
  /** Absent after a refresh, unless the app client rotates refresh tokens. */
  readonly refreshToken?: string;
  /** Seconds that the access token lives. */
  readonly expiresIn: number;
}

/** What the server wants next. */
export type NextStep =
  | { readonly kind: 'signed-in'; readonly tokens: Tokens }
  | { readonly kind: 'code'; readonly challenge: CodeChallenge };

/**
 * The server as the forms see it. `CognitoClient` is the one that `provideSignIn` provides; an app
 * that signs in through another library provides its own. Every method rejects with `AuthError`.
 */
export abstract class AuthClient {
  /** Called while the person still types: the place to do slow sums early. */
  prepare?(): void;

  abstract signIn(username: string, password: string, signal: AbortSignal): Promise<NextStep>;

  abstract answer(ticket: CodeTicket, code: string, signal: AbortSignal): Promise<NextStep>;

  /** Asks for the mail once more. It is the same code; a server may decline, see `CodeResult`. */
  abstract resend(ticket: CodeTicket, signal: AbortSignal): Promise<NextStep>;
}
