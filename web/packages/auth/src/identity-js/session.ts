import { readClaims } from '../claims.js';
import type { Tokens } from '../auth-client.js';

export class CognitoJwtToken {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.payload = readClaims(text) ?? {};
  }

  getJwtToken(): string {
    return this.#text;
  }

  decodePayload(): Readonly<Record<string, unknown>> {
    return this.payload;
  }

  /** Seconds since 1970. */
  getExpiration(): number {
    return Number(this.payload['exp'] ?? 0);
  }
}

/** The tokens of a sign-in. */
export class CognitoUserSession {
  readonly #tokens: Tokens;
  readonly #now: () => number;

  constructor(tokens: Tokens, now: () => number) {
    this.#tokens = tokens;
    this.#now = now;
  }

  getIdToken(): CognitoJwtToken {
    return new CognitoJwtToken(this.#tokens.idToken);
  }

  getAccessToken(): CognitoJwtToken {
    return new CognitoJwtToken(this.#tokens.accessToken);
  }

  getRefreshToken(): { getToken(): string } {
    return { getToken: () => this.#tokens.refreshToken ?? '' };
  }

  /** Whether both tokens still live, by the server's clock. */
  isValid(): boolean {
    const now = this.#now() / 1000;
    const ends = [this.getIdToken(), this.getAccessToken()].map((token) => token.getExpiration());
    return ends.every((end) => end > now);
  }
}
