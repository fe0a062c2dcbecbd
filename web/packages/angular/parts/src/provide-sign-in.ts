import {
  DOCUMENT,
  EnvironmentProviders,
  InjectionToken,
  PLATFORM_ID,
  Signal,
  Type,
  computed,
  inject,
  makeEnvironmentProviders,
} from '@angular/core';
import { isPlatformServer } from '@angular/common';
import {
  AuthClient,
  CognitoClient,
  CognitoClientOptions,
  FlowStorage,
  FlowStore,
  Metadata,
  TokenClient,
} from '@poolhouse/auth';
import { SessionStore, memoryStore, webStore } from '@poolhouse/auth/session';
import { COMMON_ENGLISH, KnownTexts, SignInTexts } from '@poolhouse/auth/common-texts';
import type { PasswordPolicy } from '@poolhouse/auth/password-policy';
import { rareWords } from './words';

export type SignInName = 'email' | 'username';

export interface SignInOptions {
  /**
   * What people sign in with: an email address (the default), or any name that the pool takes,
   * which is then not checked for its form.
   */
  readonly signInName?: SignInName;
  /** Replaces the English texts, all or some; a signal or another function makes them live. */
  readonly texts?: Partial<SignInTexts> | (() => Partial<SignInTexts>);
  /** What the pool asks of a password, to be shown where a new one is chosen. */
  readonly passwordPolicy?: PasswordPolicy;
  /** What an authenticator app that is set up in the middle of a sign-in calls this app; the page's host when absent. */
  readonly issuer?: string;
  /** The app client's `AuthSessionValidity`; Cognito's 3 when absent. */
  readonly sessionMinutes?: number;
  /** Goes to the functions with every answer, as `ClientMetadata`. */
  readonly metadata?: () => Metadata;
  /**
   * Where tokens are kept: in memory (the default, a reload signs out), in this tab, or in the
   * browser. In the last two every script of the origin can read them.
   */
  readonly store?: 'memory' | 'tab' | 'browser' | SessionStore;
}

/** The options, and where to sign in: at once or by a function that finds out when it is needed. */
export type SignInConfig = SignInOptions &
  (CognitoClientOptions | { readonly load: () => Promise<CognitoClientOptions> });

export const SIGN_IN_OPTIONS = new InjectionToken<SignInOptions>('SIGN_IN_OPTIONS', {
  factory: () => ({}),
});

/** The texts in use. Of the English ones, those of what few sign-ins come to are there once one does. */
export const SIGN_IN_TEXTS = new InjectionToken<Signal<KnownTexts>>('SIGN_IN_TEXTS', {
  factory: () => {
    const { texts } = inject(SIGN_IN_OPTIONS);
    return computed(() => ({
      ...COMMON_ENGLISH,
      ...rareWords()?.RARE_ENGLISH,
      ...(typeof texts === 'function' ? texts() : texts),
    }));
  },
});

/** The server. `provideSignIn` provides a `CognitoClient`; another library's adapter goes here. */
export const AUTH_CLIENT = new InjectionToken<AuthClient>('AUTH_CLIENT');

/** What renews and revokes tokens. */
export const TOKEN_CLIENT = new InjectionToken<TokenClient>('TOKEN_CLIENT');

/** What shows each step after the login, in the card of `<si-sign-in>`. */
export interface LaterSteps {
  stepAfterLogin(step: 'code' | 'new-password' | 'factor'): Promise<Type<unknown>>;
}

/** Fetches `@poolhouse/angular/steps`, which imports this entry: so this one cannot name it. */
export const LATER_STEPS = new InjectionToken<() => Promise<LaterSteps>>('LATER_STEPS');

/** Names what is stored in the browser: two apps of one origin must not resume each other. */
export const SIGN_IN_STORAGE_NAME = new InjectionToken<string>('SIGN_IN_STORAGE_NAME', {
  factory: () => 'app',
});

export const FLOW_STORE = new InjectionToken<FlowStore>('FLOW_STORE', {
  factory: () => new FlowStorage(`poolhouse.flow.${inject(SIGN_IN_STORAGE_NAME)}`),
});

export const SESSION_STORE = new InjectionToken<SessionStore>('SESSION_STORE', {
  factory: () => {
    const { store = 'memory' } = inject(SIGN_IN_OPTIONS);
    if (typeof store === 'object') return store;
    // A server renders for many people: it keeps nobody's tokens.
    if (store === 'memory' || isPlatformServer(inject(PLATFORM_ID))) return memoryStore();
    const view = inject(DOCUMENT).defaultView;
    const key = `poolhouse.session.${inject(SIGN_IN_STORAGE_NAME)}`;
    // Without a window there is none, which is as good as one that the browser blocks.
    const storage = () => (store === 'tab' ? view?.sessionStorage : view?.localStorage);
    return webStore(key, storage as () => Storage);
  },
});

/** What `provideSignIn` provides. */
export function provideFlow(
  config: SignInConfig,
  steps: () => Promise<LaterSteps>,
): EnvironmentProviders {
  const client = () => {
    const texts = inject(SIGN_IN_TEXTS);
    const locale = () => texts().lang;
    return new CognitoClient(async () => {
      const given = 'load' in config ? await config.load() : config;
      return { ...given, locale: given.locale ?? locale };
    });
  };
  return makeEnvironmentProviders([
    { provide: LATER_STEPS, useValue: steps },
    { provide: SIGN_IN_OPTIONS, useValue: config },
    { provide: SIGN_IN_STORAGE_NAME, useValue: 'load' in config ? 'app' : config.clientId },
    { provide: CognitoClient, useFactory: client },
    { provide: AUTH_CLIENT, useExisting: CognitoClient },
    { provide: TOKEN_CLIENT, useExisting: CognitoClient },
  ]);
}
