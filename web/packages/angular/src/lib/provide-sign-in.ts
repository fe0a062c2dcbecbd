import type { EnvironmentProviders } from '@angular/core';
import { SignInConfig, provideFlow } from '@poolhouse/angular/parts';

/**
 * Everything that `<si-sign-in>` and `Session` need. To sign in through another library, provide
 * `AUTH_CLIENT` and `TOKEN_CLIENT` after this.
 */
export function provideSignIn(config: SignInConfig): EnvironmentProviders {
  return provideFlow(config, () => import('@poolhouse/angular/steps'));
}
