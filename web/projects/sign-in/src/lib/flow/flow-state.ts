import { AuthErrorKind } from '../auth/auth-error';
import { Tokens } from '../auth/auth-client';
import { CodeAlphabet, CodeChallenge } from '../auth/code-challenge';

/**
 * The sign-in as a state machine: what a person sees, free of any page, clock, text or network.
 *
 *     credentials ──challenged──▶ code ──signed-in──▶ done
 *          ▲  └────────signed-in────│──────────────────▲
 *          │                        ▼
 *          └────────reset───────── ended
 */
export type FlowState = CredentialsState | CodeState | EndedState | DoneState;

export interface CredentialsState {
  readonly step: 'credentials';
  readonly busy: boolean;
  readonly problem: Problem | null;
}

export interface CodeState {
  readonly step: 'code';
  readonly busy: 'verifying' | 'resending' | null;
  readonly pending: PendingCode;
  readonly problem: Problem | null;
  /** `renewed`: the code mailed is another one, since the last has expired. */
  readonly notice: 'resent' | 'renewed' | 'too-soon' | null;
}

/** Over before it succeeded. Only a new sign-in goes on from here. */
export interface EndedState {
  readonly step: 'ended';
  /** `attempts`: all tries used up; `locked`: the account waits; `session`: took too long. */
  readonly reason: 'attempts' | 'locked' | 'session';
}

export interface DoneState {
  readonly step: 'done';
  readonly tokens: Tokens;
}

/** All that is needed to go on after a refresh of the page. Nothing in it opens an account. */
export interface PendingCode {
  readonly username: string;
  readonly session: string;
  readonly destination: string;
  readonly codeLength: number;
  readonly alphabet: CodeAlphabet;
  /** Milliseconds since 1970 by this device's clock; `null` when the server told no time. */
  readonly expiresAt: number | null;
  readonly resendAt: number | null;
}

export type Problem =
  | { readonly kind: Exclude<AuthErrorKind, 'session'> }
  | { readonly kind: 'expired' }
  | { readonly kind: 'wrong-code'; readonly attemptsLeft: number | null };

export type FlowEvent =
  | { readonly type: 'credentials-submitted' }
  | { readonly type: 'code-submitted' }
  | { readonly type: 'resend-requested' }
  | { readonly type: 'challenged'; readonly challenge: CodeChallenge; readonly now: number }
  | { readonly type: 'signed-in'; readonly tokens: Tokens }
  | { readonly type: 'failed'; readonly kind: AuthErrorKind }
  | { readonly type: 'expired' }
  | { readonly type: 'reset' };

export const INITIAL_STATE: FlowState = { step: 'credentials', busy: false, problem: null };

/** The state to go on in after a refresh. */
export function resumed(pending: PendingCode): FlowState {
  return { step: 'code', busy: null, pending, problem: null, notice: null };
}

/** Events that make no sense in a state (a second click while busy) leave it as it is. */
export function transition(state: FlowState, event: FlowEvent): FlowState {
  if (event.type === 'reset') return INITIAL_STATE;
  switch (state.step) {
    case 'credentials':
      return fromCredentials(state, event);
    case 'code':
      return fromCode(state, event);
    case 'ended':
    case 'done':
      return state;
  }
}

function fromCredentials(state: CredentialsState, event: FlowEvent): FlowState {
  if (event.type === 'credentials-submitted') {
    return state.busy ? state : { step: 'credentials', busy: true, problem: null };
  }
  if (!state.busy) return state;
  switch (event.type) {
    case 'challenged':
      if (event.challenge.result === 'locked') return { step: 'ended', reason: 'locked' };
      return resumed(pendingCode(event.challenge, event.now));
    case 'signed-in':
      return { step: 'done', tokens: event.tokens };
    case 'failed':
      // The handle of this very sign-in died at once: that is the server's doing, not a wait.
      return credentialsProblem(event.kind === 'session' ? 'server' : event.kind);
    default:
      return state;
  }
}

function fromCode(state: CodeState, event: FlowEvent): FlowState {
  switch (event.type) {
    case 'code-submitted':
      return state.busy ? state : { ...state, busy: 'verifying', problem: null, notice: null };
    case 'resend-requested':
      return state.busy ? state : { ...state, busy: 'resending', problem: null, notice: null };
    case 'expired':
      return state.busy ? state : { ...state, problem: { kind: 'expired' }, notice: null };
    case 'challenged':
      return state.busy ? challengedAgain(state, event.challenge, event.now) : state;
    case 'signed-in':
      return state.busy ? { step: 'done', tokens: event.tokens } : state;
    case 'failed':
      return state.busy ? codeFailed(state, event.kind) : state;
    default:
      return state;
  }
}

function challengedAgain(state: CodeState, challenge: CodeChallenge, now: number): FlowState {
  const next = resumed(pendingCode(challenge, now, state.pending)) as CodeState;
  // Functions that report no result challenge again for one reason only: the request just made.
  switch (challenge.result ?? (state.busy === 'resending' ? 'resent' : 'wrong')) {
    case 'wrong':
      return { ...next, problem: { kind: 'wrong-code', attemptsLeft: challenge.attemptsLeft } };
    case 'expired':
      return { ...next, problem: { kind: 'expired' } };
    case 'locked':
      return { step: 'ended', reason: 'locked' };
    case 'resent':
      return { ...next, notice: 'resent' };
    case 'too_soon':
      return { ...next, notice: 'too-soon' };
    case 'sent':
      return state.busy === 'resending' ? { ...next, notice: 'renewed' } : next;
  }
}

function codeFailed(state: CodeState, kind: AuthErrorKind): FlowState {
  switch (kind) {
    case 'refused':
      return { step: 'ended', reason: 'attempts' };
    case 'session':
      return { step: 'ended', reason: 'session' };
    case 'new-password':
    case 'unconfirmed':
    case 'unsupported':
      return credentialsProblem(kind);
    default:
      return { ...state, busy: null, problem: { kind } };
  }
}

function credentialsProblem(kind: Exclude<AuthErrorKind, 'session'>): FlowState {
  return { step: 'credentials', busy: false, problem: { kind } };
}

/** Turns the server's relative times into moments. What a later round leaves out stays as it was. */
function pendingCode(challenge: CodeChallenge, now: number, previous?: PendingCode): PendingCode {
  const moment = (seconds: number | null, before: number | null | undefined) =>
    seconds === null ? (before ?? null) : now + 1000 * seconds;
  return {
    username: challenge.username,
    session: challenge.session,
    destination: challenge.destination || (previous?.destination ?? ''),
    codeLength: challenge.codeLength,
    alphabet: challenge.alphabet,
    expiresAt: moment(challenge.expiresIn, previous?.expiresAt),
    resendAt: moment(challenge.resendIn, previous?.resendAt),
  };
}
