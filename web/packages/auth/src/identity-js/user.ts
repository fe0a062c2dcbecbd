import type { Metadata, NextStep, PasswordChallenge, Tokens } from '../auth-client.js';
import { AuthError } from '../auth-error.js';
import { readClaims } from '../claims.js';
import type { CodeChallenge } from '../code-challenge.js';
import type { AuthenticationDetails } from './details.js';
import type { CognitoUserPool } from './pool.js';
import { CognitoUserSession } from './session.js';

export interface CognitoUserData {
  readonly Username: string;
  readonly Pool: CognitoUserPool;
  readonly Storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

/** The errors have the service's name in `name` and `code`, as there. */
export interface AuthenticationCallbacks {
  onSuccess(session: CognitoUserSession): void;
  onFailure(error: Error & { code?: string }): void;
  customChallenge?(parameters: Readonly<Record<string, unknown>>): void;
  newPasswordRequired?(attributes: Metadata, required: readonly string[]): void;
}

type NodeCallback<T> = (error: (Error & { code?: string }) | null, value: T | null) => void;

export class CognitoUser {
  readonly #pool: CognitoUserPool;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  #username: string;
  #tokens: Tokens | null = null;
  #code: CodeChallenge | undefined;
  #password: PasswordChallenge | undefined;

  constructor(data: CognitoUserData) {
    this.#pool = data.Pool;
    this.#storage = data.Storage ?? data.Pool.storage;
    this.#username = data.Username;
  }

  getUsername(): string {
    return this.#username;
  }

  /** Only CUSTOM_AUTH, after SRP, is spoken here; it is what this sign-in asks for. */
  setAuthenticationFlowType(type: string): void {
    if (type !== 'CUSTOM_AUTH') throw new Error(`${type} is not supported: use CUSTOM_AUTH.`);
  }

  authenticateUser(details: AuthenticationDetails, callbacks: AuthenticationCallbacks): void {
    const metadata = details.getClientMetadata();
    const { client } = this.#pool;
    this.#run(client.signIn(details.getUsername(), details.getPassword(), metadata), callbacks);
  }

  sendCustomChallengeAnswer(
    answer: string,
    callbacks: AuthenticationCallbacks,
    metadata: Metadata = {},
  ): void {
    const code = this.#code;
    if (!code) return callbacks.onFailure(new Error('No code was asked for.'));
    this.#run(this.#pool.client.answer(code, answer, metadata), callbacks);
  }

  completeNewPasswordChallenge(
    password: string,
    attributes: Metadata | null,
    callbacks: AuthenticationCallbacks,
    metadata: Metadata = {},
  ): void {
    const challenge = this.#password;
    if (!challenge) return callbacks.onFailure(new Error('No new password was asked for.'));
    const { client } = this.#pool;
    const request = import('../first-password.js').then(({ passwordResponses }) => {
      const responses = passwordResponses(password, attributes ?? {});
      return client.respond(challenge, 'NEW_PASSWORD_REQUIRED', responses, metadata);
    });
    this.#run(request, callbacks);
  }

  getSignInUserSession(): CognitoUserSession | null {
    const now = () => this.#pool.client.serverNow();
    return this.#tokens && new CognitoUserSession(this.#tokens, now);
  }

  /** The session as it is, or renewed if it has to be. */
  getSession(callback: NodeCallback<CognitoUserSession>): void {
    this.#tokens ??= this.#read();
    const session = this.getSignInUserSession();
    if (!session)
      return callback(new Error('Local storage is missing an ID Token, Please authenticate'), null);
    if (session.isValid()) return callback(null, session);
    this.refreshSession(session.getRefreshToken(), callback);
  }

  refreshSession(token: { getToken(): string }, callback: NodeCallback<CognitoUserSession>): void {
    const refreshToken = token.getToken();
    this.#pool.client.refresh(refreshToken).then(
      (tokens) => {
        this.#keep({ refreshToken, ...tokens });
        callback(null, this.getSignInUserSession());
      },
      (error: unknown) => {
        if (error instanceof AuthError && error.kind === 'refused') this.#forget();
        callback(named(error), null);
      },
    );
  }

  /** Here at once; `callback` when the server knows. */
  signOut(callback?: (error?: Error) => void): void {
    const { refreshToken } = this.#tokens ?? this.#read() ?? {};
    this.#forget();
    if (!refreshToken) return callback?.();
    this.#pool.client.revoke(refreshToken).then(
      () => callback?.(),
      (error: unknown) => callback?.(named(error)),
    );
  }

  globalSignOut(callbacks: {
    onSuccess(message: string): void;
    onFailure(error: Error): void;
  }): void {
    const { accessToken } = this.#tokens ?? this.#read() ?? {};
    if (!accessToken) return callbacks.onFailure(new Error('User is not authenticated'));
    this.#pool.client.signOutEverywhere(accessToken).then(
      () => {
        this.#forget();
        callbacks.onSuccess('SUCCESS');
      },
      (error: unknown) => callbacks.onFailure(named(error)),
    );
  }

  #run(request: Promise<NextStep>, callbacks: AuthenticationCallbacks): void {
    request.then(
      (next) => this.#take(next, callbacks),
      (error: unknown) => callbacks.onFailure(named(error)),
    );
  }

  #take(next: NextStep, callbacks: AuthenticationCallbacks): void {
    switch (next.kind) {
      case 'signed-in': {
        const claims = readClaims(next.tokens.idToken);
        this.#username = String(claims?.['cognito:username'] ?? this.#username);
        this.#keep(next.tokens);
        return callbacks.onSuccess(this.getSignInUserSession() as CognitoUserSession);
      }
      case 'code':
        this.#code = next.challenge;
        return callbacks.customChallenge?.(next.challenge.parameters);
      case 'new-password': {
        this.#password = next.challenge;
        const { attributes, required } = next.challenge;
        return callbacks.newPasswordRequired?.(attributes, required);
      }
      case 'factor': {
        const { name } = next.challenge;
        return callbacks.onFailure(named(new AuthError('unsupported', name, name)));
      }
    }
  }

  get #keys(): Readonly<Record<'idToken' | 'accessToken' | 'refreshToken', string>> {
    const prefix = `${this.#pool.keyPrefix}.${this.#username}`;
    return {
      idToken: `${prefix}.idToken`,
      accessToken: `${prefix}.accessToken`,
      refreshToken: `${prefix}.refreshToken`,
    };
  }

  #keep(tokens: Tokens): void {
    this.#tokens = tokens;
    const { idToken, accessToken, refreshToken } = this.#keys;
    this.#storage.setItem(idToken, tokens.idToken);
    this.#storage.setItem(accessToken, tokens.accessToken);
    if (tokens.refreshToken) this.#storage.setItem(refreshToken, tokens.refreshToken);
    this.#storage.setItem(`${this.#pool.keyPrefix}.LastAuthUser`, this.#username);
  }

  #read(): Tokens | null {
    const { idToken, accessToken, refreshToken } = this.#keys;
    const [id, access] = [this.#storage.getItem(idToken), this.#storage.getItem(accessToken)];
    const refresh = this.#storage.getItem(refreshToken);
    if (!id || !access) return null;
    const tokens = { idToken: id, accessToken: access, expiresIn: 0 };
    return refresh ? { ...tokens, refreshToken: refresh } : tokens;
  }

  #forget(): void {
    this.#tokens = null;
    for (const key of Object.values(this.#keys)) this.#storage.removeItem(key);
    this.#storage.removeItem(`${this.#pool.keyPrefix}.LastAuthUser`);
  }
}

/** The name that programs written for amazon-cognito-identity-js look at. */
function named(error: unknown): Error & { code?: string } {
  if (!(error instanceof AuthError))
    return error instanceof Error ? error : new Error(String(error));
  const { code, message } = error;
  const name = code || (error.kind === 'network' ? 'NetworkError' : 'UnknownError');
  return Object.assign(new Error(message, { cause: error }), { name, code: name });
}
