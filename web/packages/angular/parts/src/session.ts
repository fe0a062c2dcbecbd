import { DestroyRef, Injectable, computed, inject, signal } from '@angular/core';
import { Tokens } from '@poolhouse/auth';
import { AuthSession, readClaims } from '@poolhouse/auth/session';
import { SESSION_STORE, SIGN_IN_STORAGE_NAME, TOKEN_CLIENT } from './provide-sign-in';

/** Who is signed in, in signals: `AuthSession` of `@poolhouse/auth/session`. */
@Injectable({ providedIn: 'root' })
export class Session {
  private readonly session = new AuthSession(inject(TOKEN_CLIENT), {
    name: inject(SIGN_IN_STORAGE_NAME),
    store: inject(SESSION_STORE),
  });
  private readonly current = signal<Tokens | null>(this.session.tokens);

  /** The tokens as they are, maybe at their end: `fresh()` gives good ones. */
  readonly tokens = this.current.asReadonly();
  readonly signedIn = computed(() => this.current() !== null);
  /** The ID token's claims, **not verified**: for showing who is signed in. */
  readonly claims = computed(() => readClaims(this.current()?.idToken ?? ''));

  constructor() {
    this.session.subscribe(() => this.current.set(this.session.tokens));
    inject(DestroyRef).onDestroy(() => this.session.dispose());
  }

  start(tokens: Tokens): void {
    this.session.start(tokens);
  }

  /** Tokens that are good for a while; `null` when nobody is signed in (any more). */
  fresh(): Promise<Tokens | null> {
    return this.session.fresh();
  }

  accessToken(): Promise<string | null> {
    return this.session.accessToken();
  }

  renew(): Promise<Tokens | null> {
    return this.session.renew();
  }

  /** Of all tabs at once. Rejects when the server cannot be told; here it is over all the same. */
  signOut(): Promise<void> {
    return this.session.signOut();
  }

  /** On every device. Rejects, and changes nothing, when the server cannot be reached. */
  signOutEverywhere(): Promise<void> {
    return this.session.signOutEverywhere();
  }
}
