import type { Metadata } from '../auth-client.js';
import { AuthError } from '../auth-error.js';
import type { CognitoClientEnvironment } from '../environment.js';
import { Calls, type CodeDelivery, type PoolSource, attributeList, readDelivery } from './calls.js';

export interface NewUser {
  readonly username: string;
  readonly password: string;
  /** `{ email: 'ana@example.com', given_name: 'Ana' }` */
  readonly attributes?: Metadata;
}

export interface SignUpResult {
  /** A function of the pool has confirmed it already: there is no code. */
  readonly confirmed: boolean;
  /** `null` where no code was sent: then an administrator confirms. */
  readonly delivery: CodeDelivery | null;
}

/** What people can do who are not signed in. Every method rejects with `AuthError`. */
export interface SelfServiceCalls {
  signUp(user: NewUser): Promise<SignUpResult>;
  confirmSignUp(username: string, code: string): Promise<void>;
  /**
   * Asks for a code. Whether anybody gets a mail is not to be told from the answer, nor from an error: a name that
   * nobody has is answered like any other, also where the app client would say so.
   */
  resendSignUpCode(username: string): Promise<void>;
  /** The same holds here. */
  forgotPassword(username: string): Promise<void>;
  resetPassword(username: string, code: string, password: string): Promise<void>;
}

/** Sign-up and forgotten passwords at a Cognito user pool, on AWS or Poolhouse. */
export class SelfService implements SelfServiceCalls {
  readonly #calls: Calls;

  /** `pool` is a `CognitoClient`, or anything that knows where the pool is. */
  constructor(pool: PoolSource, environment?: CognitoClientEnvironment) {
    this.#calls = new Calls(pool, environment);
  }

  async signUp({ username, password, attributes = {} }: NewUser): Promise<SignUpResult> {
    const answer = await this.#calls.sendAsClient('SignUp', {
      Username: username,
      Password: password,
      UserAttributes: attributeList(attributes),
      ...(await this.#calls.metadata()),
    });
    return {
      confirmed: answer['UserConfirmed'] === true,
      delivery: readDelivery(answer['CodeDeliveryDetails']),
    };
  }

  async confirmSignUp(username: string, code: string): Promise<void> {
    const body = { Username: username, ConfirmationCode: code };
    await this.#calls.sendAsClient('ConfirmSignUp', body);
  }

  resendSignUpCode(username: string): Promise<void> {
    return this.#send('ResendConfirmationCode', username);
  }

  forgotPassword(username: string): Promise<void> {
    return this.#send('ForgotPassword', username);
  }

  async resetPassword(username: string, code: string, password: string): Promise<void> {
    const body = { Username: username, ConfirmationCode: code, Password: password };
    await this.#calls.sendAsClient('ConfirmForgotPassword', body);
  }

  async #send(operation: string, username: string): Promise<void> {
    const metadata = await this.#calls.metadata();
    try {
      await this.#calls.sendAsClient(operation, { Username: username, ...metadata });
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== 'UserNotFoundException') throw error;
    }
  }
}
