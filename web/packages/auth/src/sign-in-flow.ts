import type { AuthClient, Metadata, NextStep } from './auth-client.js';
import { AuthError, malformed, unreachable } from './auth-error.js';
import {
  type CodeState,
  type FlowEvent,
  type FlowState,
  INITIAL_STATE,
  resumed,
  transition,
} from './flow-state.js';
import type { FlowStore } from './flow-storage.js';
import type { StepContext } from './steps.js';

/** The countdowns show seconds; twice as often never skips one. */
const TICK = 500;

/** After this long "Signing in…" becomes "Still working…". */
const SLOW_AFTER = 4_000;

/** Cognito's shortest session, and what it is unless the app client says otherwise. */
const SESSION_MINUTES = 3;

export interface SignInFlowOptions {
  /** Where a sign-in in progress survives a refresh of the page; nowhere when absent. */
  readonly storage?: FlowStore;
  /** The app client's `AuthSessionValidity`; the flow asks for more time when half of it is over. */
  readonly sessionMinutes?: number;
  /** Goes to the functions with every answer. */
  readonly metadata?: () => Metadata;
  readonly now?: () => number;
  /** Where a developer's hints go; the console when absent. */
  readonly warn?: (text: string) => void;
}

/** All that a page shows. A new object whenever something in it changes, and only then. */
export interface FlowSnapshot {
  readonly state: FlowState;
  /** Kept in memory for "Start again", so that nobody types it twice. */
  readonly email: string;
  /** The request under way takes long. */
  readonly slow: boolean;
  /** Whole seconds the code still lives; `null` when the server told no time. */
  readonly expiresIn: number | null;
  /** Whole seconds until another mail may be asked for; `null` when there is no asking. */
  readonly resendIn: number | null;
  /** For developers: the error behind `problem` or `reason`, in the server's words. */
  readonly failure: AuthError | null;
}

/**
 * The sign-in without a page: snapshots to show and methods to call. The forms of this project are
 * faces of it. Methods may be called at any time; those that make no sense just now do nothing.
 */
export class SignInFlow {
  readonly #client: AuthClient;
  readonly #options: SignInFlowOptions;
  readonly #now: () => number;
  readonly #sessionTime: number;
  readonly #listeners = new Set<() => void>();

  #snapshot: FlowSnapshot = {
    state: INITIAL_STATE,
    email: '',
    slow: false,
    expiresIn: null,
    resendIn: null,
    failure: null,
  };
  #request = new AbortController();
  /** The background request for more time; answers wait for it, since it changes the session. */
  #keeping: Promise<void> = Promise.resolve();
  /** When something was last sent. */
  #spoke = 0;
  #refusedCode = '';
  #ticker: ReturnType<typeof setInterval> | undefined;
  #slowTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: AuthClient, options: SignInFlowOptions = {}) {
    this.#client = client;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#sessionTime = 60_000 * (options.sessionMinutes ?? SESSION_MINUTES);
  }

  get snapshot(): FlowSnapshot {
    return this.#snapshot;
  }

  get state(): FlowState {
    return this.#snapshot.state;
  }

  /** Calls `listener` after every change, until the function that it returns is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Goes on with what the storage kept. Not done by itself, so that a server renders no clock. */
  resume(): void {
    const pending = this.#options.storage?.load(this.#now());
    if (!pending || this.state !== INITIAL_STATE) return;
    // Of the session's time an unknown part is over.
    this.#spoke = this.#now() - this.#sessionTime / 4;
    this.#enter(resumed(pending));
  }

  /** Does the slow sums while the person still types the password. */
  prepare(): void {
    this.#client.prepare?.();
  }

  signIn(email: string, password: string): Promise<void> {
    return this.#submit('credentials', email, (signal) =>
      this.#client.signIn(email, password, this.#metadata(), signal),
    );
  }

  /** In place of the temporary password; `attributes` are those that the challenge requires. */
  choosePassword(password: string, attributes: Metadata = {}): Promise<void> {
    return this.#take('new-password', (steps, context) =>
      steps.choosePassword(context, password, attributes),
    );
  }

  /** In the step `factor`: a code, or one of the challenge's choices. A passkey needs none: an empty text. */
  answerFactor(answer: string): Promise<void> {
    return this.#take('factor', (steps, context) => steps.answerFactor(context, answer));
  }

  /** In place of the password, where the app client allows it. Asked for by a click, or browsers refuse. */
  signInWithPasskey(email: string): Promise<void> {
    return this.#take('credentials', (steps, context) => steps.signInWithPasskey(context), email);
  }

  /**
   * A code that was just refused is not sent again: it would only cost an attempt. With `remember`
   * the device stands for the code from now on, where the challenge offers that.
   */
  async verify(code: string, remember = false): Promise<void> {
    const { state } = this;
    if (state.step !== 'code') return;
    if (state.problem?.kind === 'wrong-code' && code === this.#refusedCode) return;
    if (!this.#dispatch({ type: 'submitted' })) return;
    await this.#answer(code, remember ? { rememberDevice: 'true' } : {});
    this.#refusedCode = code;
  }

  /** The mail once more, or a new code where there is none that lives. */
  async resend(): Promise<void> {
    if (this.state.step !== 'code' || this.#snapshot.resendIn !== 0) return;
    if (!this.#dispatch({ type: 'resend-requested' })) return;
    await this.#answer('resend', { action: 'resend' });
  }

  /** Back to the email and password, whatever is under way. */
  reset(): void {
    this.#request.abort();
    this.#refusedCode = '';
    this.#dispatch({ type: 'reset' });
  }

  /** As `reset`, and the email is forgotten too. */
  useDifferentAccount(): void {
    this.#update({ email: '' });
    this.reset();
  }

  /** Stops every clock and request. The sign-in in progress can be resumed. */
  dispose(): void {
    this.#request.abort();
    this.#listeners.clear();
    clearInterval(this.#ticker);
    clearTimeout(this.#slowTimer);
  }

  #metadata(extra: Metadata = {}): Metadata {
    return { ...this.#options.metadata?.(), ...extra };
  }

  #answer(code: string, extra: Metadata): Promise<void> {
    return this.#run(async (signal) => {
      await this.#keeping;
      signal.throwIfAborted();
      // The session of now: the request for more time may have changed it.
      const { pending } = this.state as CodeState;
      return this.#client.answer(pending, code, this.#metadata(extra), signal);
    });
  }

  /** What few sign-ins come to is fetched by them. */
  #take(
    step: FlowState['step'],
    ask: (steps: typeof import('./steps.js'), context: StepContext) => Promise<NextStep>,
    email = this.#snapshot.email,
  ): Promise<void> {
    return this.#submit(step, email, async (signal) => {
      const steps = await import('./steps.js').catch(unreachable);
      const [client, metadata] = [this.#client, this.#metadata()];
      return ask(steps, { AuthError, client, email, metadata, signal, state: this.state });
    });
  }

  async #submit(
    step: FlowState['step'],
    email: string,
    ask: (signal: AbortSignal) => Promise<NextStep>,
  ): Promise<void> {
    if (this.state.step !== step || !this.#dispatch({ type: 'submitted' })) return;
    this.#update({ email });
    await this.#run(ask);
  }

  async #run(ask: (signal: AbortSignal) => Promise<NextStep>): Promise<void> {
    this.#request = new AbortController();
    const { signal } = this.#request;
    this.#update({ failure: null });
    try {
      this.#spoke = this.#now();
      const next = await ask(signal);
      // An answer to a question that nobody asks any more.
      if (!signal.aborted)
        this.#dispatch({ ...next, type: next.kind, now: this.#now() } as FlowEvent);
    } catch (error) {
      if (signal.aborted) return;
      const failure = asAuthError(error);
      if (failure.kind === 'server') this.#warn(failure);
      this.#update({ failure });
      const early = !/expired/.test(failure.message);
      this.#dispatch({ type: 'failed', kind: failure.kind, early });
    }
  }

  /** The hints are a file of their own: people do not wait for what developers read. */
  #warn(failure: AuthError): void {
    import('./hints.js').then(
      ({ hintFor }) => {
        const hint = hintFor(failure);
        if (hint) (this.#options.warn ?? console.warn)(`[poolhouse] ${hint}`);
      },
      () => undefined,
    );
  }

  #dispatch(event: FlowEvent): boolean {
    const before = this.state;
    const after = transition(before, event);
    if (after !== before) this.#enter(after);
    return after !== before;
  }

  #enter(state: FlowState): void {
    const { storage } = this.#options;
    if (state.step === 'code') storage?.save(state.pending, this.#spoke + this.#sessionTime);
    else storage?.clear();
    clearInterval(this.#ticker);
    clearTimeout(this.#slowTimer);
    if (state.step === 'code') this.#ticker = setInterval(() => this.#tick(), TICK);
    if ('busy' in state && state.busy) {
      this.#slowTimer = setTimeout(() => this.#update({ slow: true }), SLOW_AFTER);
    }
    this.#update({ state, slow: false, ...this.#clocks(state) });
  }

  #tick(): void {
    this.#update(this.#clocks(this.state));
    const { state } = this;
    if (state.step !== 'code' || state.busy) return;
    // Said once. The field stays open: the server's clock decides, not this one.
    const { expiresIn } = this.#snapshot;
    const known = state.problem?.kind === 'expired' || state.problem?.kind === 'used';
    if (expiresIn === 0 && !known) this.#dispatch({ type: 'expired' });
    if (this.#now() - this.#spoke >= this.#sessionTime / 2) this.#keepAlive(state);
  }

  /** Only functions that name the sign-in know this action; others would take it for a wrong code. */
  #keepAlive({ pending }: CodeState): void {
    if (!pending.signIn) return;
    this.#spoke = this.#now();
    const { signal } = this.#request;
    const metadata = this.#metadata({ action: 'wait' });
    this.#keeping = this.#client.answer(pending, 'wait', metadata, signal).then(
      (next) => {
        if (signal.aborted || next.kind !== 'code') return;
        this.#dispatch({ type: 'kept-alive', challenge: next.challenge, now: this.#now() });
      },
      (error: unknown) => {
        if (signal.aborted) return;
        const { kind } = asAuthError(error);
        if (kind !== 'session' && kind !== 'refused') return;
        this.#request.abort();
        this.#dispatch({ type: 'failed', kind: 'session' });
      },
    );
  }

  #clocks(state: FlowState): Pick<FlowSnapshot, 'expiresIn' | 'resendIn'> {
    const seconds = (moment: number | null) =>
      moment === null ? null : Math.max(0, Math.ceil((moment - this.#now()) / 1000));
    if (state.step !== 'code') return { expiresIn: null, resendIn: null };
    const { expiresAt, resendAt } = state.pending;
    return { expiresIn: seconds(expiresAt), resendIn: seconds(resendAt) };
  }

  #update(changes: Partial<FlowSnapshot>): void {
    const before = this.#snapshot;
    const names = Object.keys(changes) as (keyof FlowSnapshot)[];
    if (names.every((name) => before[name] === changes[name])) return;
    this.#snapshot = { ...before, ...changes };
    for (const listener of [...this.#listeners]) listener();
  }
}

function asAuthError(error: unknown): AuthError {
  return error instanceof AuthError ? error : malformed(error);
}
