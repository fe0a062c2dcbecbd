import { inject } from '@angular/core';
import { SIGN_IN_OPTIONS } from '@poolhouse/angular';
import type { DemoConfig } from './config';

/** What the page offers beside the sign-in: only what the pool has. */
export interface Offers {
  /** Names of the attributes that a sign-up has to give; `null` where nobody can sign up. */
  readonly signUp: readonly string[] | null;
  /** A sign-up is confirmed by a link in the mail, and not by a code. */
  readonly signUpByLink: boolean;
  readonly forgotPassword: boolean;
  readonly changeEmail: boolean;
  readonly authenticatorApp: boolean;
  readonly passkeys: boolean;
  /** A passkey signs in, in place of the password. */
  readonly passkeySignIn: boolean;
  readonly devices: boolean;
  readonly sessions: boolean;
}

/** Of the page's settings. In an injection context. */
export function injectOffers(): Offers {
  return readOffers((inject(SIGN_IN_OPTIONS) as DemoConfig).offers);
}

/** As `/config.json` says them; what it does not say is not offered. */
export function readOffers(said: unknown): Offers {
  const offers = (typeof said === 'object' ? said : null) as Readonly<
    Record<string, unknown>
  > | null;
  const has = (name: keyof Offers) => offers?.[name] === true;
  const signUp = offers?.['signUp'];
  return {
    signUp: Array.isArray(signUp) ? signUp.map(String) : null,
    signUpByLink: has('signUpByLink'),
    forgotPassword: has('forgotPassword'),
    changeEmail: has('changeEmail'),
    authenticatorApp: has('authenticatorApp'),
    passkeys: has('passkeys'),
    passkeySignIn: has('passkeySignIn'),
    devices: has('devices'),
    sessions: has('sessions'),
  };
}
