import { CognitoClient } from '../cognito-client.js';
import { CognitoUser } from './user.js';

export interface CognitoUserPoolData {
  readonly UserPoolId: string;
  readonly ClientId: string;
  /** Amazon's own in the pool's region when absent. */
  readonly endpoint?: string;
  /** `localStorage` when absent, as there; in memory where there is none. */
  readonly Storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

export class CognitoUserPool {
  /** Also for what amazon-cognito-identity-js has no name for. */
  readonly client: CognitoClient;
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly #data: CognitoUserPoolData;

  constructor(data: CognitoUserPoolData) {
    const { UserPoolId, ClientId, endpoint, Storage } = data;
    if (!UserPoolId || !ClientId) throw new Error('Both UserPoolId and ClientId are required.');
    this.#data = data;
    const region = UserPoolId.split('_')[0];
    this.client = new CognitoClient({
      endpoint: endpoint ?? `https://cognito-idp.${region}.amazonaws.com/`,
      userPoolId: UserPoolId,
      clientId: ClientId,
    });
    this.storage = Storage ?? browserStorage();
  }

  getUserPoolId(): string {
    return this.#data.UserPoolId;
  }

  getClientId(): string {
    return this.#data.ClientId;
  }

  getUserPoolName(): string {
    return this.#data.UserPoolId.split('_')[1] ?? '';
  }

  /** Who signed in last and has not signed out; `null` when nobody has. */
  getCurrentUser(): CognitoUser | null {
    const name = this.storage.getItem(`${this.keyPrefix}.LastAuthUser`);
    return name ? new CognitoUser({ Username: name, Pool: this, Storage: this.storage }) : null;
  }

  /** The keys are those of amazon-cognito-identity-js: its sessions go on. */
  get keyPrefix(): string {
    return `CognitoIdentityServiceProvider.${this.#data.ClientId}`;
  }
}

function browserStorage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  try {
    // Reading it throws where a browser blocks it.
    if (globalThis.localStorage) return localStorage;
  } catch {
    // In memory then.
  }
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
