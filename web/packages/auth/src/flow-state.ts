import type { FactorChallenge, PasswordChallenge, Tokens } from './auth-client.js';
import type { AuthErrorKind } from './auth-error.js';
import type { CodeAlphabet, CodeChallenge, MailState, Opener } from './code-challenge.js';

/**
 * The sign-in as a state machine: what a person sees, free of any page, clock, text or network.
 *
 *     credentials ──▶ new-password ──▶ factor ──▶ code ──▶ done
 *          ▲               │             │         │
 *          └────reset──────┴──── ended ◀─┴─────────┘
 *
 * Every step leads straight to `done` where the server asks for nothing more, and `factor` to another one.
 */
export type FlowState =
  | CredentialsState
  | NewPasswordState
  | FactorState
  | CodeState
  | EndedState
  | DoneState;

export interface CredentialsState {
  readonly step: 'credentials';
  readonly busy: boolean;
  readonly problem: Problem | null;
}

/** The password was right and temporary: the person chooses another. */
export interface NewPasswordState {
  readonly step: 'new-password';
  readonly busy: boolean;
  readonly problem: Problem | null;
  readonly challenge: PasswordChallenge;
  readonly newPassword: true;
}

/** A second factor, a choice, a set-up, a passkey: what few sign-ins come to. */
export interface FactorState {
  readonly step: 'factor';
  readonly busy: boolean;
  readonly problem: Problem | null;
  readonly challenge: FactorChallenge;
  /** A password was chosen on the way. */
  readonly newPassword: boolean;
}

/** The steps whose form is submitted once. */
type FormState = CredentialsState | NewPasswordState | FactorState;

export interface CodeState {
  readonly step: 'code';
  readonly busy: 'verifying' | 'resending' | null;
  readonly pending: PendingCode;
  readonly problem: Problem | null;
  /** `sent`: the first code, after a wait; `renewed`: another code than the one before. */
  readonly notice: 'sent' | 'resent' | 'renewed' | 'too-soon' | null;
}

/** Over before it succeeded. Only a new sign-in goes on from here. */
export interface EndedState {
  readonly step: 'ended';
  /**
   * `attempts`: all tries used up; `locked`: the account waits; `closed`: it waits for a person;
   * `session`: took too long; `over`: nobody knows why. An answer may have been lost on the way, or
   * the sign-in gone on elsewhere.
   */
  readonly reason: 'attempts' | 'locked' | 'closed' | 'session' | 'over';
  /** Who opens the account again, where waiting does not. */
  readonly opens: Opener | null;
  /** A password chosen on the way does not count. */
  readonly passwordUnchanged: boolean;
}

export interface DoneState {
  readonly step: 'done';
  readonly tokens: Tokens;
}

/** All that is needed to go on after a refresh of the page. Nothing in it opens an account. */
export interface PendingCode {
  readonly username: string;
  readonly session: string;
  readonly signIn: string;
  readonly placeToken: string;
  readonly destination: string;
  readonly codeLength: number;
  readonly alphabet: CodeAlphabet;
  /** Milliseconds since 1970 by this device's clock; `null` when the server told no time. */
  readonly expiresAt: number | null;
  readonly resendAt: number | null;
  readonly attemptsLeft: number | null;
  /** Days that this device could be remembered for; `null` when that is not on offer. */
  readonly rememberDays: number | null;
  readonly mail: MailState | null;
  /** Why there is no code yet: the mail, or the whole account, has to wait until `resendAt`. */
  readonly waiting: 'held' | 'locked' | null;
  /** A password was chosen on the way; it counts once the code is right. */
  readonly newPassword: boolean;
}

export type Problem =
  | { readonly kind: Exclude<AuthErrorKind, 'session'> }
  /** `replaced`: the code before the newest one. */
  | { readonly kind: 'expired' | 'replaced' | 'used' }
  | { readonly kind: 'not-sent'; readonly mail: MailState | null }
  | { readonly kind: 'wrong-code'; readonly attemptsLeft: number | null };

export type FlowEvent =
  /** The form of the step: email and password, a new password, or the code. */
  | { readonly type: 'submitted' }
  | { readonly type: 'resend-requested' }
  | { readonly type: 'new-password'; readonly challenge: PasswordChallenge }
  | { readonly type: 'factor'; readonly challenge: FactorChallenge }
  | { readonly type: 'code'; readonly challenge: CodeChallenge; readonly now: number }
  /** The answer to `wait`, which nobody asked for. */
  | { readonly type: 'kept-alive'; readonly challenge: CodeChallenge; readonly now: number }
  | { readonly type: 'signed-in'; readonly tokens: Tokens }
  /** `early`: where the session is gone, the server does not say that its time was up. */
  | { readonly type: 'failed'; readonly kind: AuthErrorKind; readonly early?: boolean }
  | { readonly type: 'expired' }
  | { readonly type: 'reset' };

type Failure = Extract<FlowEvent, { readonly type: 'failed' }>;

export const INITIAL_STATE: FlowState = { step: 'credentials', busy: false, problem: null };

/** The state to go on in after a refresh. */
export function resumed(pending: PendingCode): CodeState {
  return { step: 'code', busy: null, pending, problem: null, notice: null };
}

/** Events that make no sense in a state (a second click while busy) leave it as it is. */
export function transition(state: FlowState, event: FlowEvent): FlowState {
  if (event.type === 'reset') return INITIAL_STATE;
  switch (state.step) {
    case 'credentials':
    case 'new-password':
    case 'factor':
      return fromForm(state, event);
    case 'code':
      return fromCode(state, event);
    case 'ended':
    case 'done':
      return state;
  }
}

function fromForm(state: FormState, event: FlowEvent): FlowState {
  if (event.type === 'submitted')
    return state.busy ? state : { ...state, busy: true, problem: null };
  if (!state.busy) return state;
  switch (event.type) {
    case 'new-password':
    case 'factor': {
      const { type: step, challenge } = event;
      const newPassword = step === 'new-password' || hasNewPassword(state);
      return { step, busy: false, problem: null, challenge, newPassword } as FormState;
    }
    case 'code':
      return challenged(event.challenge, event.now, null, hasNewPassword(state));
    case 'signed-in':
      return { step: 'done', tokens: event.tokens };
    case 'failed':
      return formFailed(state, event);
    default:
      return state;
  }
}

function hasNewPassword(state: FormState): boolean {
  return 'newPassword' in state && state.newPassword;
}

function formFailed(state: FormState, { kind, early }: Failure): FlowState {
  // The handle of this very sign-in died at once: that is the server's doing, not a wait.
  if (state.step === 'credentials') return credentials(kind === 'session' ? 'server' : kind);
  switch (kind) {
    case 'session':
    case 'refused':
      return ended(kind === 'session' && !early ? 'session' : 'over', null, hasNewPassword(state));
    case 'administrator':
    case 'unsupported':
      return credentials(kind);
    default:
      return { ...state, busy: false, problem: { kind } };
  }
}

function fromCode(state: CodeState, event: FlowEvent): FlowState {
  const { busy } = state;
  switch (event.type) {
    case 'submitted':
      return busy ? state : { ...state, busy: 'verifying', problem: null, notice: null };
    case 'resend-requested':
      return busy ? state : { ...state, busy: 'resending', problem: null, notice: null };
    case 'expired':
      return busy ? state : { ...state, problem: { kind: 'expired' }, notice: null };
    case 'code':
      return busy
        ? challenged(event.challenge, event.now, state, state.pending.newPassword)
        : state;
    case 'kept-alive':
      return keptAlive(state, event.challenge, event.now);
    case 'signed-in':
      return busy ? { step: 'done', tokens: event.tokens } : state;
    case 'failed':
      return codeFailed(state, event);
    default:
      return state;
  }
}

/** The next round of the code step, or the first where there is no `state` before. */
function challenged(
  challenge: CodeChallenge,
  now: number,
  state: CodeState | null,
  newPassword: boolean,
): FlowState {
  const end = endOf(challenge, newPassword);
  if (end) return end;
  const next = resumed(pendingCode(challenge, now, state?.pending, newPassword));
  const resending = state?.busy === 'resending';
  // Functions that report no result challenge again for one reason only: the request just made.
  switch (challenge.result ?? (!state ? 'sent' : resending ? 'resent' : 'wrong')) {
    case 'wrong':
      return { ...next, problem: { kind: 'wrong-code', attemptsLeft: challenge.attemptsLeft } };
    case 'expired':
      // A code that still has time is another than the one that was typed.
      return { ...next, problem: { kind: challenge.expiresIn ? 'replaced' : 'expired' } };
    case 'used':
      return { ...next, problem: { kind: 'used' } };
    case 'not_sent':
      return { ...next, problem: { kind: 'not-sent', mail: challenge.mail } };
    case 'resent':
      return { ...next, notice: 'resent' };
    case 'too_soon':
      return { ...next, notice: 'too-soon' };
    case 'sent':
      if (state?.pending.waiting) return { ...next, notice: 'sent' };
      return resending ? { ...next, notice: 'renewed' } : next;
    default:
      return next;
  }
}

/** Whether the code step is over with this round. A lock that carries `opens` outlives a sign-in. */
function endOf(challenge: CodeChallenge, newPassword: boolean): EndedState | null {
  const { result, opens, resendIn } = challenge;
  if (result === 'closed') return ended('closed', opens, newPassword);
  const long = opens !== null || resendIn === null;
  return result === 'locked' && long ? ended('locked', opens, newPassword) : null;
}

/** What the person reads stays, but for the end of a wait: any request brings the mail then. */
function keptAlive(state: CodeState, challenge: CodeChallenge, now: number): FlowState {
  const { newPassword, waiting } = state.pending;
  const pending = pendingCode(challenge, now, state.pending, newPassword);
  const notice = waiting && !pending.waiting ? 'sent' : state.notice;
  return endOf(challenge, newPassword) ?? { ...state, pending, notice };
}

function codeFailed(state: CodeState, { kind, early }: Failure): FlowState {
  const { newPassword, attemptsLeft } = state.pending;
  switch (kind) {
    case 'refused': {
      const last = state.busy === 'verifying' && attemptsLeft === 1;
      return ended(last ? 'attempts' : 'over', null, newPassword);
    }
    case 'session':
      return ended(early ? 'over' : 'session', null, newPassword);
    case 'reset':
    case 'unconfirmed':
    case 'unsupported':
      return state.busy ? credentials(kind) : state;
    default:
      // An attempt to stay alive that failed is made again.
      return state.busy ? { ...state, busy: null, problem: { kind } } : state;
  }
}

function credentials(kind: Exclude<AuthErrorKind, 'session'>): FlowState {
  return { step: 'credentials', busy: false, problem: { kind } };
}

function ended(
  reason: EndedState['reason'],
  opens: Opener | null,
  passwordUnchanged: boolean,
): EndedState {
  return { step: 'ended', reason, opens, passwordUnchanged };
}

/** Turns the server's relative times into moments. What a later round leaves out stays as it was. */
function pendingCode(
  challenge: CodeChallenge,
  now: number,
  previous: PendingCode | undefined,
  newPassword: boolean,
): PendingCode {
  const { result, expiresIn, resendIn } = challenge;
  const waiting = result === 'held' || result === 'locked' ? result : null;
  const moment = (seconds: number | null, before: number | null | undefined) =>
    seconds === null ? (before ?? null) : now + 1000 * seconds;
  return {
    username: challenge.username,
    session: challenge.session,
    signIn: challenge.signIn || (previous?.signIn ?? ''),
    placeToken: challenge.placeToken || (previous?.placeToken ?? ''),
    destination: challenge.destination || (previous?.destination ?? ''),
    codeLength: challenge.codeLength,
    alphabet: challenge.alphabet,
    // Before its mail has left there is no code that could expire.
    expiresAt: waiting ? null : moment(expiresIn, previous?.expiresAt),
    resendAt: moment(resendIn, previous?.resendAt),
    attemptsLeft: challenge.attemptsLeft,
    rememberDays: challenge.rememberDays,
    mail: challenge.mail,
    waiting,
    newPassword,
  };
}
