import { TestBed } from '@angular/core/testing';
import { AuthClient, CodeTicket, NextStep } from '../auth/auth-client';
import { AuthError } from '../auth/auth-error';
import { CodeChallenge } from '../auth/code-challenge';
import { FLOW_STORAGE } from '../provide-sign-in';
import { CodeState } from './flow-state';
import { FlowStorage } from './flow-storage';
import { SignInFlow } from './sign-in-flow';

const TOKENS = { accessToken: 'a', idToken: 'i', expiresIn: 1 };
const SIGNED_IN: NextStep = { kind: 'signed-in', tokens: TOKENS };

function code(changes: Partial<CodeChallenge> = {}): NextStep {
  const challenge: CodeChallenge = {
    username: 'u',
    session: 's1',
    destination: 'a***@e***',
    codeLength: 6,
    alphabet: 'digits',
    expiresIn: 300,
    resendIn: 30,
    attemptsLeft: 3,
    result: 'sent',
    ...changes,
  };
  return { kind: 'code', challenge };
}

/** Answers when it is told to. */
class FakeClient extends AuthClient {
  readonly calls: unknown[][] = [];
  private pending: PromiseWithResolvers<NextStep> | undefined;

  override signIn(username: string, password: string): Promise<NextStep> {
    return this.ask('signIn', username, password);
  }

  override answer(ticket: CodeTicket, answer: string): Promise<NextStep> {
    return this.ask('answer', ticket.session, answer);
  }

  override resend(ticket: CodeTicket): Promise<NextStep> {
    return this.ask('resend', ticket.session);
  }

  async give(answer: NextStep | Error): Promise<void> {
    if (answer instanceof Error) this.pending?.reject(answer);
    else this.pending?.resolve(answer);
    await vi.advanceTimersByTimeAsync(0);
  }

  private ask(...call: unknown[]): Promise<NextStep> {
    this.calls.push(call);
    this.pending = withResolvers<NextStep>();
    return this.pending.promise;
  }
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  const parts: Partial<PromiseWithResolvers<T>> = {};
  parts.promise = new Promise<T>((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts as PromiseWithResolvers<T>;
}

describe('SignInFlow', () => {
  let client: FakeClient;
  let flow: SignInFlow;

  /** As after a refresh of the page: only the session storage stays. */
  function open(): void {
    TestBed.resetTestingModule();
    client = new FakeClient();
    const storage = new FlowStorage('flow', () => sessionStorage);
    TestBed.configureTestingModule({
      providers: [
        { provide: AuthClient, useValue: client },
        { provide: FLOW_STORAGE, useValue: storage },
      ],
    });
    flow = TestBed.inject(SignInFlow);
  }

  async function reachCode(changes: Partial<CodeChallenge> = {}): Promise<void> {
    void flow.signIn('ana@example.com', 'secret');
    await client.give(code(changes));
    expect(flow.state().step).toBe('code');
  }

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    sessionStorage.clear();
    open();
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    vi.useRealTimers();
  });

  it('signs in with a password and a code', async () => {
    await reachCode();
    expect(client.calls).toEqual([['signIn', 'ana@example.com', 'secret']]);
    void flow.verify('123456');
    expect(flow.state()).toMatchObject({ busy: 'verifying' });
    await client.give(SIGNED_IN);
    expect(flow.tokens()).toEqual(TOKENS);
    expect(sessionStorage).toHaveLength(0);
  });

  it('counts down both clocks, second by second', async () => {
    await reachCode({ expiresIn: 90, resendIn: 2 });
    const seen: (number | null)[][] = [];
    for (let second = 0; second < 4; second++) {
      seen.push([flow.expiresIn(), flow.resendIn()]);
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(seen).toEqual([
      [90, 2],
      [89, 1],
      [88, 0],
      [87, 0],
    ]);
  });

  it('shows no clock where the server tells no time', async () => {
    await reachCode({ expiresIn: null, resendIn: null });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect([flow.expiresIn(), flow.resendIn()]).toEqual([null, null]);
    expect(flow.state()).toMatchObject({ problem: null });
  });

  it('says once that the code has expired, and still lets it be tried', async () => {
    await reachCode({ expiresIn: 5 });
    await vi.advanceTimersByTimeAsync(4500);
    expect((flow.state() as CodeState).problem).toBeNull();
    await vi.advanceTimersByTimeAsync(1000);
    expect((flow.state() as CodeState).problem).toEqual({ kind: 'expired' });
    const state = flow.state();
    await vi.advanceTimersByTimeAsync(5000);
    expect(flow.state()).toBe(state);
    void flow.verify('123456');
    await client.give(SIGNED_IN);
    expect(flow.tokens()).toEqual(TOKENS);
  });

  it('does not send a code again that was just refused', async () => {
    await reachCode();
    void flow.verify('111111');
    await client.give(code({ session: 's2', result: 'wrong', attemptsLeft: 2 }));
    expect((flow.state() as CodeState).problem).toEqual({ kind: 'wrong-code', attemptsLeft: 2 });
    void flow.verify('111111');
    void flow.verify('222222');
    expect(client.calls.slice(1)).toEqual([
      ['answer', 's1', '111111'],
      ['answer', 's2', '222222'],
    ]);
  });

  it('sends a code again that nobody has judged', async () => {
    await reachCode();
    void flow.verify('111111');
    await client.give(new AuthError('network', '', ''));
    void flow.verify('111111');
    expect(client.calls).toHaveLength(3);
  });

  it('asks for the mail again only after the wait', async () => {
    await reachCode({ resendIn: 30 });
    void flow.resend();
    expect(client.calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(30_000);
    void flow.resend();
    void flow.resend();
    expect(client.calls.slice(1)).toEqual([['resend', 's1']]);
    await client.give(code({ session: 's2', result: 'resent', resendIn: 60 }));
    expect(flow.state()).toMatchObject({ notice: 'resent', pending: { session: 's2' } });
    expect(flow.resendIn()).toBe(60);
  });

  it('finds a request slow after four seconds', async () => {
    void flow.signIn('ana@example.com', 'secret');
    await vi.advanceTimersByTimeAsync(3900);
    expect(flow.slow()).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(flow.slow()).toBe(true);
    await client.give(code());
    expect(flow.slow()).toBe(false);
  });

  it('goes on after a refresh with the same session and clocks', async () => {
    await reachCode({ expiresIn: 300, resendIn: 30 });
    await vi.advanceTimersByTimeAsync(10_000);
    open();
    expect(flow.state()).toMatchObject({ step: 'code', pending: { session: 's1' } });
    expect([flow.expiresIn(), flow.resendIn()]).toEqual([290, 20]);
    expect(flow.email()).toBe('');
    void flow.verify('123456');
    expect(client.calls).toEqual([['answer', 's1', '123456']]);
  });

  it('stores neither the password nor the code nor the address', async () => {
    await reachCode();
    void flow.verify('123456');
    await client.give(code({ result: 'wrong' }));
    const stored = JSON.stringify({ ...sessionStorage });
    expect(stored).toContain('s1');
    for (const secret of ['secret', '123456', 'ana@example.com']) {
      expect(stored).not.toContain(secret);
    }
  });

  it('ignores an answer that nobody waits for any more', async () => {
    await reachCode();
    void flow.verify('123456');
    flow.reset();
    await client.give(SIGNED_IN);
    expect(flow.state()).toEqual({ step: 'credentials', busy: false, problem: null });
    expect(sessionStorage).toHaveLength(0);
  });

  it('keeps the address for a new start, and forgets it for a different account', async () => {
    await reachCode();
    flow.reset();
    expect(flow.email()).toBe('ana@example.com');
    flow.useDifferentAccount();
    expect(flow.email()).toBe('');
  });

  it('keeps the error in the server’s words for developers', async () => {
    await reachCode();
    void flow.verify('123456');
    const failure = new AuthError('refused', 'NotAuthorizedException', 'Incorrect');
    await client.give(failure);
    expect(flow.failure()).toBe(failure);
    expect(flow.state()).toEqual({ step: 'ended', reason: 'attempts' });
  });

  it('takes a fault of the client itself for the server’s, and keeps the cause', async () => {
    void flow.signIn('ana@example.com', 'secret');
    const cause = new TypeError('undefined is not a function');
    await client.give(cause);
    expect(flow.state()).toMatchObject({ problem: { kind: 'server' } });
    expect(flow.failure()?.cause).toBe(cause);
  });
});
