import { EnvironmentProviders, makeEnvironmentProviders } from '@angular/core';
import {
  AUTH_CLIENT,
  FLOW_STORE,
  LATER_STEPS,
  SESSION_STORE,
  SIGN_IN_OPTIONS,
  SignInOptions,
  TOKEN_CLIENT,
} from '@poolhouse/angular/parts';
import { memoryStore } from '@poolhouse/auth/session';
import { FakeClient } from '@poolhouse/auth/testing';

export {
  FAKE_TOKENS,
  FakeClient,
  SIGNED_IN,
  codeStep,
  passwordStep,
} from '@poolhouse/auth/testing';

/** In place of `provideSignIn`: the same forms against a server that answers what it is told to. */
export function provideFakeSignIn(
  client: FakeClient,
  options: SignInOptions = {},
): EnvironmentProviders {
  return makeEnvironmentProviders([
    { provide: SIGN_IN_OPTIONS, useValue: options },
    { provide: AUTH_CLIENT, useValue: client },
    { provide: TOKEN_CLIENT, useValue: client },
    { provide: FLOW_STORE, useValue: { load: () => null, save: ignore, clear: ignore } },
    { provide: SESSION_STORE, useValue: memoryStore() },
    { provide: LATER_STEPS, useValue: () => import('@poolhouse/angular/steps') },
  ]);
}

function ignore(): void {
  // Nothing outlives a test.
}
