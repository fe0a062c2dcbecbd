import { AuthErrorKind } from '../auth/auth-error';
import { CodeChallenge, CodeResult } from '../auth/code-challenge';
import { CodeState, FlowEvent, FlowState, INITIAL_STATE, resumed, transition } from './flow-state';

const NOW = 1_000_000;
const TOKENS = { accessToken: 'a', idToken: 'i', expiresIn: 1 };

function challenge(changes: Partial<CodeChallenge> = {}): CodeChallenge {
  return {
    username: 'u',
    session: 's2',
    destination: 'a***@e***',
    codeLength: 6,
    alphabet: 'digits',
    expiresIn: 300,
    resendIn: 30,
    attemptsLeft: 2,
    result: null,
    ...changes,
  };
}

function challenged(changes: Partial<CodeChallenge> = {}): FlowEvent {
  return { type: 'challenged', challenge: challenge(changes), now: NOW };
}

function after(...events: FlowEvent[]): FlowState {
  return events.reduce(transition, INITIAL_STATE);
}

const SUBMITTED: FlowEvent = { type: 'credentials-submitted' };
const CODE = after(SUBMITTED, challenged({ session: 's1', result: 'sent' })) as CodeState;
const VERIFYING = transition(CODE, { type: 'code-submitted' });
const RESENDING = transition(CODE, { type: 'resend-requested' });

describe('the credentials', () => {
  it('lead to the code, with the clocks set by the server’s seconds', () => {
    expect(CODE).toEqual({
      step: 'code',
      busy: null,
      problem: null,
      notice: null,
      pending: {
        username: 'u',
        session: 's1',
        destination: 'a***@e***',
        codeLength: 6,
        alphabet: 'digits',
        expiresAt: NOW + 300_000,
        resendAt: NOW + 30_000,
      },
    });
  });

  it('can be submitted once at a time', () => {
    const busy = after(SUBMITTED);
    expect(busy).toEqual({ step: 'credentials', busy: true, problem: null });
    expect(transition(busy, SUBMITTED)).toBe(busy);
  });

  it('lead straight in where no code is asked for', () => {
    expect(after(SUBMITTED, { type: 'signed-in', tokens: TOKENS })).toEqual({
      step: 'done',
      tokens: TOKENS,
    });
  });

  it('end at once for an account that is locked', () => {
    expect(after(SUBMITTED, challenged({ result: 'locked' }))).toEqual({
      step: 'ended',
      reason: 'locked',
    });
  });

  it.each<[AuthErrorKind, string]>([
    ['refused', 'refused'],
    ['network', 'network'],
    ['session', 'server'],
  ])('when they fail as %s show %s', (kind, shown) => {
    expect(after(SUBMITTED, { type: 'failed', kind })).toEqual({
      step: 'credentials',
      busy: false,
      problem: { kind: shown },
    });
  });
});

describe('the code', () => {
  it.each<[CodeResult | null, unknown, unknown]>([
    ['wrong', { kind: 'wrong-code', attemptsLeft: 2 }, null],
    [null, { kind: 'wrong-code', attemptsLeft: 2 }, null],
    ['expired', { kind: 'expired' }, null],
    ['sent', null, null],
  ])('answered with %s', (result, problem, notice) => {
    const state = transition(VERIFYING, challenged({ result })) as CodeState;
    expect([state.busy, state.problem, state.notice]).toEqual([null, problem, notice]);
    expect(state.pending.session).toBe('s2');
  });

  it.each<[CodeResult | null, unknown]>([
    ['resent', 'resent'],
    [null, 'resent'],
    ['too_soon', 'too-soon'],
    ['sent', 'renewed'],
  ])('asked for again, answered with %s', (result, notice) => {
    const state = transition(RESENDING, challenged({ result })) as CodeState;
    expect([state.problem, state.notice]).toEqual([null, notice]);
  });

  it('keeps what a later round leaves out', () => {
    const silent = challenged({ destination: '', expiresIn: null, resendIn: null });
    const state = transition(VERIFYING, silent) as CodeState;
    expect(state.pending).toEqual({ ...CODE.pending, session: 's2' });
  });

  it('cannot be submitted while it is checked or mailed', () => {
    for (const busy of [VERIFYING, RESENDING]) {
      expect(transition(busy, { type: 'code-submitted' })).toBe(busy);
      expect(transition(busy, { type: 'resend-requested' })).toBe(busy);
      expect(transition(busy, { type: 'expired' })).toBe(busy);
    }
  });

  it('can expire, and can be typed all the same', () => {
    const expired = transition(CODE, { type: 'expired' }) as CodeState;
    expect(expired.problem).toEqual({ kind: 'expired' });
    expect(transition(expired, { type: 'code-submitted' })).toEqual(VERIFYING);
  });

  it.each<[AuthErrorKind, FlowState]>([
    ['refused', { step: 'ended', reason: 'attempts' }],
    ['session', { step: 'ended', reason: 'session' }],
    ['network', { ...CODE, problem: { kind: 'network' } }],
    ['server', { ...CODE, problem: { kind: 'server' } }],
    ['throttled', { ...CODE, problem: { kind: 'throttled' } }],
    ['delivery', { ...CODE, problem: { kind: 'delivery' } }],
    ['new-password', { step: 'credentials', busy: false, problem: { kind: 'new-password' } }],
    ['unsupported', { step: 'credentials', busy: false, problem: { kind: 'unsupported' } }],
  ])('failing as %s', (kind, expected) => {
    expect(transition(VERIFYING, { type: 'failed', kind })).toEqual(expected);
  });

  it('locks when the server says so', () => {
    expect(transition(VERIFYING, challenged({ result: 'locked' }))).toEqual({
      step: 'ended',
      reason: 'locked',
    });
  });
});

describe('events out of turn', () => {
  const ended: FlowState = { step: 'ended', reason: 'session' };
  const done: FlowState = { step: 'done', tokens: TOKENS };
  const events: FlowEvent[] = [
    SUBMITTED,
    { type: 'code-submitted' },
    { type: 'resend-requested' },
    challenged(),
    { type: 'signed-in', tokens: TOKENS },
    { type: 'failed', kind: 'refused' },
    { type: 'expired' },
  ];

  it('change nothing after the end', () => {
    for (const state of [ended, done]) {
      for (const event of events) expect(transition(state, event)).toBe(state);
    }
  });

  it('change nothing when nobody asked', () => {
    const answers = events.filter(({ type }) => /challenged|signed-in|failed/.test(type));
    for (const state of [INITIAL_STATE, resumed(CODE.pending)]) {
      for (const event of answers) expect(transition(state, event)).toBe(state);
    }
  });

  it('a reset leads to the credentials from everywhere', () => {
    for (const state of [after(SUBMITTED), CODE, VERIFYING, ended, done]) {
      expect(transition(state, { type: 'reset' })).toBe(INITIAL_STATE);
    }
  });
});
