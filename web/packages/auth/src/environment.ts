import type { Bytes } from './bytes.js';

/** What the client takes from its surroundings. Tests give their own. */
export interface CognitoClientEnvironment {
  fetch(url: string, init: RequestInit): Promise<Response>;
  now(): number;
  randomBytes(length: number): Bytes;
  /** Waits before a call is repeated. */
  sleep(milliseconds: number): Promise<void>;
}

export const BROWSER: CognitoClientEnvironment = {
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
