import type { AuthErrorKind } from './auth-error.js';
import type { CodeChallenge, CodeResult } from './code-challenge.js';
import {
  type CodeState,
  type EndedState,
  type FlowEvent,
  type FlowState,
  INITIAL_STATE,
  resumed,
  transition,
} from './flow-state.js';

const NOW = 1_000_000;
const TOKENS = { accessToken: 'a', idToken: 'i', expiresIn: 1 };
const ASKED = { username: 'u', session: 's0', attributes: {}, required: [] };

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
    rememberDays: null,
    result: null,
    mail: 'ok',
    opens: null,
    signIn: 'i',
    placeToken: 't',
    parameters: {},
    ...changes,
  };
}

function challenged(changes: Partial<CodeChallenge> = {}): FlowEvent {
  return { type: 'code', challenge: challenge(changes), now: NOW };
}

function after(...events: FlowEvent[]): FlowState {
  return events.reduce(transition, INITIAL_STATE);
}

function ended(reason: EndedState['reason'], changes: Partial<EndedState> = {}): EndedState {
  return { step: 'ended', reason, opens: null, passwordUnchanged: false, ...changes };
}

const SUBMITTED: FlowEvent = { type: 'submitted' };
const PASSWORD_SUBMITTED: FlowEvent = { type: 'submitted' };
const PASSWORD_ASKED: FlowEvent = { type: 'new-password', challenge: ASKED };
const CODE = after(SUBMITTED, challenged({ session: 's1', result: 'sent' })) as CodeState;
const VERIFYING = transition(CODE, { type: 'submitted' }) as CodeState;
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
        signIn: 'i',
        placeToken: 't',
        destination: 'a***@e***',
        codeLength: 6,
        alphabet: 'digits',
        expiresAt: NOW + 300_000,
        resendAt: NOW + 30_000,
        attemptsLeft: 2,
        rememberDays: null,
        mail: 'ok',
        waiting: null,
        newPassword: false,
      },
    });
  });

  it('lead to the code of functions that report no result', () => {
    expect(after(SUBMITTED, challenged())).toMatchObject({ step: 'code', problem: null });
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

  it.each<[AuthErrorKind, string]>([
    ['refused', 'refused'],
    ['network', 'network'],
    ['unverified', 'unverified'],
    ['session', 'server'],
  ])('when they fail as %s show %s', (kind, shown) => {
    expect(after(SUBMITTED, { type: 'failed', kind })).toEqual({
      step: 'credentials',
      busy: false,
      problem: { kind: shown },
    });
  });
});

describe('a temporary password', () => {
  const asked = after(SUBMITTED, PASSWORD_ASKED);

  it('is replaced before the code, and counts once the code is right', () => {
    const step = { step: 'new-password', busy: false, problem: null, newPassword: true };
    expect(asked).toEqual({ ...step, challenge: ASKED });
    const code = after(SUBMITTED, PASSWORD_ASKED, PASSWORD_SUBMITTED, challenged());
    expect(code).toMatchObject({ step: 'code', pending: { newPassword: true } });
    const verifying = transition(code, { type: 'submitted' });
    expect(transition(verifying, { type: 'failed', kind: 'session' })).toEqual(
      ended('session', { passwordUnchanged: true }),
    );
  });

  it('is asked for again when the policy does not accept the new one', () => {
    const busy = transition(asked, PASSWORD_SUBMITTED);
    expect(transition(busy, PASSWORD_SUBMITTED)).toBe(busy);
    expect(transition(busy, { type: 'failed', kind: 'password' })).toEqual({
      ...asked,
      problem: { kind: 'password' },
    });
  });

  it.each<[AuthErrorKind, FlowState]>([
    ['session', ended('session', { passwordUnchanged: true })],
    ['refused', ended('over', { passwordUnchanged: true })],
    ['administrator', { step: 'credentials', busy: false, problem: { kind: 'administrator' } }],
  ])('failing as %s', (kind, expected) => {
    const busy = transition(asked, PASSWORD_SUBMITTED);
    expect(transition(busy, { type: 'failed', kind })).toEqual(expected);
  });
});

describe('r3: every result has a state of its own', () => {
  it.each<[CodeResult | null, unknown, unknown]>([
    ['wrong', { kind: 'wrong-code', attemptsLeft: 2 }, null],
    [null, { kind: 'wrong-code', attemptsLeft: 2 }, null],
    ['expired', { kind: 'replaced' }, null],
    ['used', { kind: 'used' }, null],
    ['not_sent', { kind: 'not-sent', mail: 'refused' }, null],
    ['sent', null, null],
  ])('an answer, answered with %s', (result, problem, notice) => {
    const state = transition(VERIFYING, challenged({ result, mail: 'refused' })) as CodeState;
    expect([state.busy, state.problem, state.notice]).toEqual([null, problem, notice]);
    expect(state.pending.session).toBe('s2');
  });

  it.each<[CodeResult | null, unknown]>([
    ['resent', 'resent'],
    [null, 'resent'],
    ['too_soon', 'too-soon'],
    ['sent', 'renewed'],
  ])('a resend, answered with %s', (result, notice) => {
    const state = transition(RESENDING, challenged({ result })) as CodeState;
    expect([state.problem, state.notice]).toEqual([null, notice]);
  });

  it.each(['held', 'locked'] as const)('%s waits without a code, and goes on', (result) => {
    const waiting = after(SUBMITTED, challenged({ result, expiresIn: 0, resendIn: 40 }));
    expect(waiting).toMatchObject({
      step: 'code',
      problem: null,
      pending: { waiting: result, expiresAt: null, resendAt: NOW + 40_000 },
    });
    const resending = transition(waiting, { type: 'resend-requested' });
    const sent = transition(resending, challenged({ result: 'sent' }));
    expect(sent).toMatchObject({ notice: 'sent', pending: { waiting: null } });
  });

  it.each<[Partial<CodeChallenge>, EndedState]>([
    [
      { result: 'closed', resendIn: null, opens: 'password' },
      ended('closed', { opens: 'password' }),
    ],
    [{ result: 'closed', resendIn: null }, ended('closed')],
    [{ result: 'locked', opens: 'administrator' }, ended('locked', { opens: 'administrator' })],
    [{ result: 'locked', resendIn: null }, ended('locked')],
  ])('%j ends the sign-in, at once and later', (changes, expected) => {
    expect(after(SUBMITTED, challenged(changes))).toEqual(expected);
    expect(transition(VERIFYING, challenged(changes))).toEqual(expected);
  });
});

describe('the code', () => {
  it('keeps what a later round leaves out', () => {
    const silent = { destination: '', expiresIn: null, resendIn: null, signIn: '', placeToken: '' };
    const state = transition(VERIFYING, challenged(silent)) as CodeState;
    expect(state.pending).toEqual({ ...CODE.pending, session: 's2' });
  });

  it('r3: an expired code that has no time left is no newer one', () => {
    const state = transition(VERIFYING, challenged({ result: 'expired', expiresIn: 0 }));
    expect(state).toMatchObject({ step: 'code', problem: { kind: 'expired' } });
  });

  it('cannot be submitted while it is checked or mailed', () => {
    for (const busy of [VERIFYING, RESENDING]) {
      expect(transition(busy, { type: 'submitted' })).toBe(busy);
      expect(transition(busy, { type: 'resend-requested' })).toBe(busy);
      expect(transition(busy, { type: 'expired' })).toBe(busy);
    }
  });

  it('can expire, and can be typed all the same', () => {
    const expired = transition(CODE, { type: 'expired' }) as CodeState;
    expect(expired.problem).toEqual({ kind: 'expired' });
    expect(transition(expired, { type: 'submitted' })).toEqual(VERIFYING);
  });

  it('kept alive changes nothing that a person reads, unless the account was closed', () => {
    const wrong = transition(VERIFYING, challenged({ result: 'wrong' })) as CodeState;
    const alive: FlowEvent = {
      type: 'kept-alive',
      challenge: challenge({ session: 's3' }),
      now: NOW,
    };
    expect(transition(wrong, alive)).toEqual({
      ...wrong,
      pending: { ...wrong.pending, session: 's3' },
    });
    const closed = challenge({ result: 'closed', opens: 'administrator' });
    expect(transition(wrong, { ...alive, challenge: closed })).toEqual(
      ended('closed', { opens: 'administrator' }),
    );
  });

  it('kept alive at the end of a wait brings the mail, which is said', () => {
    const waiting = after(SUBMITTED, challenged({ result: 'held', resendIn: 40 }));
    const alive: FlowEvent = {
      type: 'kept-alive',
      challenge: challenge({ result: 'sent' }),
      now: NOW,
    };
    expect(transition(waiting, alive)).toMatchObject({
      notice: 'sent',
      pending: { waiting: null, expiresAt: NOW + 300_000 },
    });
  });

  it.each<[AuthErrorKind, FlowState]>([
    ['refused', ended('over')],
    ['session', ended('session')],
    ['network', { ...CODE, problem: { kind: 'network' } }],
    ['server', { ...CODE, problem: { kind: 'server' } }],
    ['throttled', { ...CODE, problem: { kind: 'throttled' } }],
    ['delivery', { ...CODE, problem: { kind: 'delivery' } }],
    ['reset', { step: 'credentials', busy: false, problem: { kind: 'reset' } }],
    ['unsupported', { step: 'credentials', busy: false, problem: { kind: 'unsupported' } }],
  ])('failing as %s', (kind, expected) => {
    expect(transition(VERIFYING, { type: 'failed', kind })).toEqual(expected);
  });

  it('is not said to have taken too long when nobody knows why its session is gone', () => {
    const gone: FlowEvent = { type: 'failed', kind: 'session', early: true };
    expect(transition(VERIFYING, gone)).toEqual(ended('over'));
    const choosing = after(SUBMITTED, PASSWORD_ASKED, PASSWORD_SUBMITTED);
    expect(transition(choosing, gone)).toEqual(ended('over', { passwordUnchanged: true }));
  });

  it('d2: refused at the last try says so, and else only that the sign-in has ended', () => {
    const last = transition(
      transition(VERIFYING, challenged({ result: 'wrong', attemptsLeft: 1 })),
      { type: 'submitted' },
    );
    expect(transition(last, { type: 'failed', kind: 'refused' })).toEqual(ended('attempts'));
    expect(transition(RESENDING, { type: 'failed', kind: 'refused' })).toEqual(ended('over'));
  });
});

describe('events out of turn', () => {
  const done: FlowState = { step: 'done', tokens: TOKENS };
  const events: FlowEvent[] = [
    SUBMITTED,
    PASSWORD_SUBMITTED,
    PASSWORD_ASKED,
    { type: 'submitted' },
    { type: 'resend-requested' },
    challenged(),
    { type: 'signed-in', tokens: TOKENS },
    { type: 'failed', kind: 'refused' },
    { type: 'expired' },
  ];

  it('change nothing after the end', () => {
    for (const state of [ended('session'), done]) {
      for (const event of events) expect(transition(state, event)).toBe(state);
    }
  });

  it('change nothing when nobody asked', () => {
    const answers = events.filter(({ type }) => /challenged|signed-in|asked/.test(type));
    const idle = [INITIAL_STATE, after(SUBMITTED, PASSWORD_ASKED), resumed(CODE.pending)];
    for (const state of idle) {
      for (const event of answers) expect(transition(state, event)).toBe(state);
    }
  });

  it('a reset leads to the credentials from everywhere', () => {
    for (const state of [after(SUBMITTED), CODE, VERIFYING, ended('over'), done]) {
      expect(transition(state, { type: 'reset' })).toBe(INITIAL_STATE);
    }
  });
});
