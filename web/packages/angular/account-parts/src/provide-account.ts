import { InjectionToken, Provider, Signal, computed, inject } from '@angular/core';
import { CognitoClient } from '@poolhouse/auth';
import {
  Account,
  AccountCalls,
  AccountTexts,
  SelfService,
  SelfServiceCalls,
} from '@poolhouse/auth/account';
import english from '@poolhouse/auth/account/languages/en';
import { Session } from '@poolhouse/angular/parts';

/** What people can do who are not signed in. Replace it to have another library do it. */
export const SELF_SERVICE = new InjectionToken<SelfServiceCalls>('SELF_SERVICE', {
  factory: () => new SelfService(inject(CognitoClient)),
});

/** What people can do about their own account, by the access token of `Session`. */
export const ACCOUNT = new InjectionToken<AccountCalls>('ACCOUNT', {
  factory: () => {
    const session = inject(Session);
    return new Account(inject(CognitoClient), () => session.accessToken());
  },
});

/** The words of these forms; English unless `provideAccountTexts` says otherwise. */
export const ACCOUNT_TEXTS = new InjectionToken<Signal<AccountTexts>>('ACCOUNT_TEXTS', {
  factory: () => computed(() => english),
});

/** Replaces the English words, all or some: by those of `@poolhouse/auth/account/languages`, say. A signal makes them live. */
export function provideAccountTexts(
  texts: Partial<AccountTexts> | Signal<Partial<AccountTexts>>,
): Provider {
  const useFactory = () =>
    computed(() => ({ ...english, ...(typeof texts === 'function' ? texts() : texts) }));
  return { provide: ACCOUNT_TEXTS, useFactory };
}
