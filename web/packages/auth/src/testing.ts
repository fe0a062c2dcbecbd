import type {
  AuthClient,
  FactorChallenge,
  Metadata,
  NextStep,
  StepClient,
  TokenClient,
  Tokens,
} from './auth-client.js';
import { AuthError } from './auth-error.js';
import { type CodeChallenge, readCodeChallenge } from './code-challenge.js';

/** A call that a `FakeClient` got. */
export type FakeCall =
  | {
      readonly call: 'signIn';
      readonly username: string;
      readonly password: string;
      readonly metadata: Metadata;
    }
  | {
      readonly call: 'answer';
      readonly session: string;
      readonly code: string;
      readonly metadata: Metadata;
    }
  | {
      readonly call: 'begin' | 'respond';
      /** The flow that began, or the challenge that was answered. */
      readonly name: string;
      readonly responses: Metadata;
    }
  | { readonly call: 'choosePassword'; readonly password: string; readonly attributes: Metadata }
  | { readonly call: 'refresh' | 'revoke' | 'signOutEverywhere'; readonly token: string };

type Reply = NextStep | Error;

export const FAKE_TOKENS: Tokens = {
  accessToken: 'access',
  // {"sub":"fake-user","email":"ana.silva@example.com","name":"Ana Silva","auth_time":1700000000}
  idToken:
    'e30.eyJzdWIiOiJmYWtlLXVzZXIiLCJlbWFpbCI6ImFuYS5zaWx2YUBleGFtcGxlLmNvbSIsIm5hbWUiOiJBbmEgU2lsdmEiLCJhdXRoX3RpbWUiOjE3MDAwMDAwMDB9.e30',
  refreshToken: 'refresh',
  expiresIn: 3600,
};

export const SIGNED_IN: NextStep = { kind: 'signed-in', tokens: FAKE_TOKENS };

/** A step that asks for a code, by the parameters that functions send. */
export function codeStep(parameters: Metadata = {}, session = 'session-1'): NextStep {
  const sent = {
    CODE_DELIVERY_DESTINATION: 'a***@e***',
    codeLength: '6',
    expiresIn: '300',
    resendIn: '30',
    attemptsLeft: '3',
    signIn: 'fake-sign-in',
    mail: 'ok',
    result: 'sent',
    ...parameters,
  };
  return { kind: 'code', challenge: readCodeChallenge(sent, session, 'fake-user') };
}

/** A step that asks for a new password. */
export function passwordStep(required: readonly string[] = []): NextStep {
  const challenge = { username: 'fake-user', session: 'session-1', attributes: {}, required };
  return { kind: 'new-password', challenge };
}

/** A step that few sign-ins come to: `factorStep({ name: 'SELECT_MFA_TYPE', choices: ['EMAIL_OTP'] })`. */
export function factorStep(changes: Partial<FactorChallenge> = {}): NextStep {
  const challenge: FactorChallenge = {
    name: 'SOFTWARE_TOKEN_MFA',
    username: 'fake-user',
    session: 'session-1',
    destination: '',
    choices: [],
    renews: '',
    key: '',
    passkey: '',
    ...changes,
  };
  return { kind: 'factor', challenge };
}

/**
 * A server that answers what it was told to, for tests of what stands on the flow. A call waits
 * for its reply: give it before (`reply`) or after.
 */
export class FakeClient implements AuthClient, StepClient, TokenClient {
  readonly calls: FakeCall[] = [];
  readonly #replies: Reply[] = [];
  readonly #waiting: ((reply: Reply) => void)[] = [];

  /** Answers the oldest call that waits, else the next one. */
  reply(...replies: Reply[]): void {
    for (const reply of replies) {
      const take = this.#waiting.shift();
      if (take) take(reply);
      else this.#replies.push(reply);
    }
  }

  signIn(username: string, password: string, metadata: Metadata = {}): Promise<NextStep> {
    return this.#ask({ call: 'signIn', username, password, metadata });
  }

  answer(
    { session }: Pick<CodeChallenge, 'session'>,
    code: string,
    metadata: Metadata = {},
  ): Promise<NextStep> {
    return this.#ask({ call: 'answer', session, code, metadata });
  }

  choosePassword(_: unknown, password: string, attributes: Metadata = {}): Promise<NextStep> {
    return this.#ask({ call: 'choosePassword', password, attributes });
  }

  begin(name: string, _: string, responses: Metadata): Promise<NextStep> {
    return this.#ask({ call: 'begin', name, responses });
  }

  respond(_: unknown, name: string, responses: Metadata): Promise<NextStep> {
    return this.#ask({ call: 'respond', name, responses });
  }

  /** What an app's set-up asks on the way is answered at once: its key is `KEY`. */
  call(operation: string): Promise<Readonly<Record<string, unknown>>> {
    this.calls.push({ call: 'respond', name: operation, responses: {} });
    return Promise.resolve({ SecretCode: 'KEY', Session: 'session-2' });
  }

  async refresh(token: string): Promise<Tokens> {
    const next = await this.#ask({ call: 'refresh', token });
    if (next.kind === 'signed-in') return next.tokens;
    throw new AuthError('server', '', 'A refresh is answered with tokens.');
  }

  async revoke(token: string): Promise<void> {
    await this.#ask({ call: 'revoke', token });
  }

  async signOutEverywhere(token: string): Promise<void> {
    await this.#ask({ call: 'signOutEverywhere', token });
  }

  serverNow(): number {
    return Date.now();
  }

  async #ask(call: FakeCall): Promise<NextStep> {
    this.calls.push(call);
    const reply =
      this.#replies.shift() ?? (await new Promise<Reply>((take) => this.#waiting.push(take)));
    if (reply instanceof Error) throw reply;
    return reply;
  }
}
