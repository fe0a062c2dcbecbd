import {
  DOCUMENT,
  DestroyRef,
  Injectable,
  PLATFORM_ID,
  afterNextRender,
  computed,
  inject,
  signal,
  untracked,
} from '@angular/core';
import { isPlatformServer } from '@angular/common';
import { SignInFlow as Flow, FlowSnapshot, FlowState, Metadata, Tokens } from '@poolhouse/auth';
import { AUTH_CLIENT, FLOW_STORE, SIGN_IN_OPTIONS, SIGN_IN_TEXTS } from './provide-sign-in';
import { fetchRareWords, sayKnown } from './words';

/**
 * The sign-in without a page, in signals: what `SignInFlow` of `@poolhouse/auth` is anywhere else.
 * The forms of this library are one face of it. Methods may be called at any time; those that make
 * no sense just now do nothing.
 */
@Injectable({ providedIn: 'root' })
export class SignInFlow {
  private readonly flow = new Flow(inject(AUTH_CLIENT), {
    ...inject(SIGN_IN_OPTIONS),
    storage: inject(FLOW_STORE),
  });
  private readonly current = signal<FlowSnapshot>(this.flow.snapshot);

  /** All of it at once, for `say()` of `@poolhouse/auth/texts`. */
  readonly snapshot = this.current.asReadonly();
  readonly state = computed(() => this.current().state);
  /** Kept in memory for "Start again", so that nobody types it twice. */
  readonly email = computed(() => this.current().email);
  /** The request under way takes long. */
  readonly slow = computed(() => this.current().slow);
  /** For developers: the error behind `state().problem` or `state().reason`, in the server's words. */
  readonly failure = computed(() => this.current().failure);
  readonly tokens = computed<Tokens | null>(() => {
    const state = this.state();
    return state.step === 'done' ? state.tokens : null;
  });
  /** Whole seconds the code still lives; `null` when the server told no time. */
  readonly expiresIn = computed(() => this.current().expiresIn);
  /** Whole seconds until another mail may be asked for; `null` when there is no asking. */
  readonly resendIn = computed(() => this.current().resendIn);

  private readonly texts = inject(SIGN_IN_TEXTS);
  /** Words were asked for, and came or did not. */
  private awaited: FlowState | null = null;
  private settled: FlowState | null = null;

  constructor() {
    this.flow.subscribe(() => this.follow());
    inject(DestroyRef).onDestroy(() => this.flow.dispose());
    if (isPlatformServer(inject(PLATFORM_ID))) return;
    // A page that a server rendered shows the login: another step may come once that was taken over.
    const rendered = inject(DOCUMENT).querySelector('[ngh]') !== null;
    if (rendered) afterNextRender(() => this.flow.resume());
    else this.flow.resume();
  }

  /** Does the slow sums while the person still types the password. */
  prepare(): void {
    this.flow.prepare();
  }

  signIn(email: string, password: string): Promise<void> {
    return this.flow.signIn(email, password);
  }

  /** In place of the temporary password; `attributes` are those that the challenge requires. */
  choosePassword(password: string, attributes: Metadata = {}): Promise<void> {
    return this.flow.choosePassword(password, attributes);
  }

  /** In the step `factor`: a code, or one of the challenge's choices. A passkey needs none: an empty text. */
  answerFactor(answer: string): Promise<void> {
    return this.flow.answerFactor(answer);
  }

  /** In place of the password, where the app client allows it. Asked for by a click, or browsers refuse. */
  signInWithPasskey(email: string): Promise<void> {
    return this.flow.signInWithPasskey(email);
  }

  /** With `remember` the device stands for the code from now on, where that is on offer. */
  verify(code: string, remember = false): Promise<void> {
    return this.flow.verify(code, remember);
  }

  resend(): Promise<void> {
    return this.flow.resend();
  }

  /** Back to the email and password, whatever is under way. */
  reset(): void {
    this.flow.reset();
  }

  /** As `reset`, and the email is forgotten too. */
  useDifferentAccount(): void {
    this.flow.useDifferentAccount();
  }

  /** What few sign-ins come to is shown when its words are there; the step before stays busy. */
  private follow(): void {
    const { snapshot } = this.flow;
    const { state } = snapshot;
    const show = () => this.current.set(this.flow.snapshot);
    const missing = untracked(() => sayKnown(this.texts(), snapshot).rare);
    if (!missing || state === this.settled) return show();
    if (state === this.awaited) return;
    this.awaited = state;
    void fetchRareWords().then(() => {
      this.settled = state;
      show();
    });
  }
}
