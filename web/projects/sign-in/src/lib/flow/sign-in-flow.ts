import { DestroyRef, Injectable, computed, inject, signal } from '@angular/core';
import { AuthClient, NextStep, Tokens } from '../auth/auth-client';
import { AuthError } from '../auth/auth-error';
import { FlowEvent, FlowState, INITIAL_STATE, resumed, transition } from './flow-state';
import { FLOW_STORAGE } from '../provide-sign-in';

/** The countdowns show seconds; twice as often never skips one. */
const TICK = 500;

/** After this long "Signing in…" becomes "Still working…". */
const SLOW_AFTER = 4_000;

/**
 * The sign-in without a page: signals to show and methods to call. The forms of this library are
 * one face of it. Methods may be called at any time; those that make no sense just now do nothing.
 */
@Injectable({ providedIn: 'root' })
export class SignInFlow {
  private readonly client = inject(AuthClient);
  private readonly storage = inject(FLOW_STORAGE);

  private readonly current = signal<FlowState>(INITIAL_STATE);
  private readonly now = signal(Date.now());
  private readonly slowNow = signal(false);
  private readonly typedEmail = signal('');
  private readonly lastFailure = signal<AuthError | null>(null);

  private request = new AbortController();
  private refusedCode = '';
  private ticker: ReturnType<typeof setInterval> | undefined;
  private slowTimer: ReturnType<typeof setTimeout> | undefined;

  readonly state = this.current.asReadonly();
  /** Kept in memory for "Start again", so that nobody types it twice. */
  readonly email = this.typedEmail.asReadonly();
  /** The request under way takes long. */
  readonly slow = this.slowNow.asReadonly();
  /** For developers: the error behind `state().problem` or `state().reason`, in the server's words. */
  readonly failure = this.lastFailure.asReadonly();
  readonly tokens = computed<Tokens | null>(() => {
    const state = this.current();
    return state.step === 'done' ? state.tokens : null;
  });
  /** Whole seconds the code still lives; `null` when the server told no time. */
  readonly expiresIn = computed(() => this.secondsUntil('expiresAt'));
  /** Whole seconds until another mail may be asked for; `null` when there is no asking. */
  readonly resendIn = computed(() => this.secondsUntil('resendAt'));

  constructor() {
    const pending = this.storage.load(Date.now());
    if (pending) this.enter(resumed(pending));
    inject(DestroyRef).onDestroy(() => {
      this.request.abort();
      clearInterval(this.ticker);
      clearTimeout(this.slowTimer);
    });
  }

  /** Does the slow sums while the person still types the password. */
  prepare(): void {
    this.client.prepare?.();
  }

  async signIn(email: string, password: string): Promise<void> {
    if (!this.dispatch({ type: 'credentials-submitted' })) return;
    this.typedEmail.set(email);
    await this.run((signal) => this.client.signIn(email, password, signal));
  }

  /** A code that was just refused is not sent again: it would only cost an attempt. */
  async verify(code: string): Promise<void> {
    const state = this.current();
    if (state.step !== 'code') return;
    if (state.problem?.kind === 'wrong-code' && code === this.refusedCode) return;
    if (!this.dispatch({ type: 'code-submitted' })) return;
    await this.run((signal) => this.client.answer(state.pending, code, signal));
    this.refusedCode = code;
  }

  async resend(): Promise<void> {
    const state = this.current();
    if (state.step !== 'code' || this.resendIn() !== 0) return;
    if (!this.dispatch({ type: 'resend-requested' })) return;
    await this.run((signal) => this.client.resend(state.pending, signal));
  }

  /** Back to the e-mail and password, whatever is under way. */
  reset(): void {
    this.request.abort();
    this.refusedCode = '';
    this.dispatch({ type: 'reset' });
  }

  /** As `reset`, and the e-mail is forgotten too. */
  useDifferentAccount(): void {
    this.typedEmail.set('');
    this.reset();
  }

  private async run(ask: (signal: AbortSignal) => Promise<NextStep>): Promise<void> {
    this.request = new AbortController();
    const { signal } = this.request;
    this.lastFailure.set(null);
    try {
      const next = await ask(signal);
      // An answer to a question that nobody asks any more.
      if (signal.aborted) return;
      if (next.kind === 'signed-in') this.dispatch({ type: 'signed-in', tokens: next.tokens });
      else this.dispatch({ type: 'challenged', challenge: next.challenge, now: Date.now() });
    } catch (error) {
      if (signal.aborted) return;
      const failure = asAuthError(error);
      this.lastFailure.set(failure);
      this.dispatch({ type: 'failed', kind: failure.kind });
    }
  }

  private dispatch(event: FlowEvent): boolean {
    const before = this.current();
    const after = transition(before, event);
    if (after !== before) this.enter(after);
    return after !== before;
  }

  private enter(state: FlowState): void {
    this.current.set(state);
    if (state.step === 'code') this.storage.save(state.pending);
    else this.storage.clear();
    this.watchClocks(state.step === 'code');
    this.watchSlowness('busy' in state && Boolean(state.busy));
  }

  private watchClocks(wanted: boolean): void {
    clearInterval(this.ticker);
    if (!wanted) return;
    const tick = () => {
      this.now.set(Date.now());
      if (this.expiresIn() === 0) this.expire();
    };
    this.now.set(Date.now());
    this.ticker = setInterval(tick, TICK);
  }

  /** Said once. The field stays open: the server's clock decides, not this one. */
  private expire(): void {
    const state = this.current();
    if (state.step === 'code' && state.problem?.kind !== 'expired') {
      this.dispatch({ type: 'expired' });
    }
  }

  private watchSlowness(busy: boolean): void {
    clearTimeout(this.slowTimer);
    this.slowNow.set(false);
    if (busy) this.slowTimer = setTimeout(() => this.slowNow.set(true), SLOW_AFTER);
  }

  private secondsUntil(moment: 'expiresAt' | 'resendAt'): number | null {
    const state = this.current();
    const at = state.step === 'code' ? state.pending[moment] : null;
    return at === null ? null : Math.max(0, Math.ceil((at - this.now()) / 1000));
  }
}

function asAuthError(error: unknown): AuthError {
  if (error instanceof AuthError) return error;
  return new AuthError('server', '', 'The client failed.', { cause: error });
}
