import { Signal, computed, inject } from '@angular/core';
import { SIGN_IN_TEXTS } from '@poolhouse/angular/parts';
import type { SignInTexts } from '@poolhouse/auth/common-texts';
import { RARE_ENGLISH } from '@poolhouse/auth/rare-texts';

/** The sign-in's texts with those of its rare steps, which these forms have words from. */
export function injectAllTexts(): Signal<SignInTexts> {
  const known = inject(SIGN_IN_TEXTS);
  return computed(() => ({ ...RARE_ENGLISH, ...known() }));
}
