import { EnvironmentProviders, InjectionToken, makeEnvironmentProviders } from '@angular/core';
import { AuthClient } from './auth/auth-client';
import { CognitoClient, CognitoClientOptions } from './auth/cognito-client';
import { FlowStorage } from './flow/flow-storage';
import { ENGLISH, SignInTexts } from './texts';

export type SignInName = 'email' | 'username';

export interface SignInConfig extends CognitoClientOptions {
  /**
   * What people sign in with: an e-mail address (the default), or any name that the pool takes,
   * which is then not checked for its form.
   */
  readonly signInName?: SignInName;
  /** Replaces the English texts, all or some. */
  readonly texts?: Partial<SignInTexts>;
}

export const SIGN_IN_TEXTS = new InjectionToken<SignInTexts>('SIGN_IN_TEXTS', {
  factory: () => ENGLISH,
});

export const SIGN_IN_NAME = new InjectionToken<SignInName>('SIGN_IN_NAME', {
  factory: () => 'email',
});

export const FLOW_STORAGE = new InjectionToken<FlowStorage>('FLOW_STORAGE', {
  factory: () => new FlowStorage('sign-in', () => sessionStorage),
});

/**
 * Everything that `<si-sign-in>` needs. To sign in through another library, provide an
 * `AuthClient` of your own after this.
 */
export function provideSignIn(config: SignInConfig): EnvironmentProviders {
  const given = { ...ENGLISH, ...config.texts };
  const byUsername = config.signInName === 'username';
  const texts = byUsername ? { ...given, refused: given.usernameRefused } : given;
  const options = { ...config, locale: config.locale ?? texts.lang };
  // Two apps of one origin, for two app clients, must not resume each other's sign-in.
  const storageKey = `sign-in.${config.clientId}`;
  return makeEnvironmentProviders([
    { provide: SIGN_IN_TEXTS, useValue: texts },
    { provide: SIGN_IN_NAME, useValue: config.signInName ?? 'email' },
    { provide: FLOW_STORAGE, useValue: new FlowStorage(storageKey, () => sessionStorage) },
    { provide: CognitoClient, useFactory: () => new CognitoClient(options) },
    { provide: AuthClient, useExisting: CognitoClient },
  ]);
}
