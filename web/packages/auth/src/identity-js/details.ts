import type { Metadata } from '../auth-client.js';

export interface AuthenticationDetailsData {
  readonly Username: string;
  readonly Password: string;
  readonly ClientMetadata?: Metadata;
}

export class AuthenticationDetails {
  readonly #data: AuthenticationDetailsData;

  constructor(data: AuthenticationDetailsData) {
    this.#data = data;
  }

  getUsername(): string {
    return this.#data.Username;
  }

  getPassword(): string {
    return this.#data.Password;
  }

  getClientMetadata(): Metadata {
    return this.#data.ClientMetadata ?? {};
  }
}
