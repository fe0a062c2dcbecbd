import { AuthError } from './auth-error.js';
import type { CodeState } from './flow-state.js';
import type { FlowStore } from './flow-storage.js';
import { SignInFlow, type SignInFlowOptions } from './sign-in-flow.js';
import { FAKE_TOKENS, FakeClient, SIGNED_IN, codeStep, passwordStep } from './testing.js';

const REFUSED = new AuthError('refused', 'NotAuthorizedException', 'Incorrect');

describe('SignInFlow', () => {
  let client: FakeClient;
  let flow: SignInFlow;
  let warnings: string[];
  let kept: string | null;

  const storage: FlowStore = {
    load: (now) => {
      const value = JSON.parse(kept ?? 'null');
      return value && value.until > now ? value.pending : null;
    },
    save: (pending, until) => void (kept = JSON.stringify({ pending, until })),
    clear: () => void (kept = null),
  };

  /** As after a refresh of the page: only the storage stays. */
  function open(options: SignInFlowOptions = {}): void {
    client = new FakeClient();
    warnings = [];
    flow = new SignInFlow(client, { storage, warn: (text) => warnings.push(text), ...options });
    flow.resume();
  }

  async function reachCode(parameters: Record<string, string> = {}): Promise<void> {
    client.reply(codeStep(parameters));
    await flow.signIn('ana@example.com', 'secret');
    expect(flow.state.step).toBe('code');
  }

  const sessions = () => client.calls.map((call) => ('session' in call ? call.session : call.call));

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    kept = null;
    open();
  });

  afterEach(() => {
    flow.dispose();
    vi.useRealTimers();
  });

  it('signs in with a password and a code', async () => {
    await reachCode();
    const verified = flow.verify('123456');
    expect(flow.state).toMatchObject({ busy: 'verifying' });
    client.reply(SIGNED_IN);
    await verified;
    expect(flow.state).toEqual({ step: 'done', tokens: FAKE_TOKENS });
    expect(client.calls).toEqual([
      { call: 'signIn', username: 'ana@example.com', password: 'secret', metadata: {} },
      { call: 'answer', session: 'session-1', code: '123456', metadata: {} },
    ]);
    expect(kept).toBeNull();
  });

  it('sends the app’s own metadata along with every answer', async () => {
    open({ metadata: () => ({ tenant: 'north' }) });
    await reachCode();
    client.reply(SIGNED_IN);
    await flow.verify('123456');
    for (const call of client.calls) expect(call).toMatchObject({ metadata: { tenant: 'north' } });
  });

  it('asks to remember the device beside the code, and only if told to', async () => {
    await reachCode({ rememberDays: '30' });
    expect((flow.state as CodeState).pending.rememberDays).toBe(30);
    client.reply(codeStep({ result: 'wrong' }), SIGNED_IN);
    await flow.verify('111111');
    await flow.verify('123456', true);
    expect(client.calls.slice(1)).toMatchObject([
      { metadata: {} },
      { metadata: { rememberDevice: 'true' } },
    ]);
  });

  it('tells a subscriber of each change, and not after it has left or all was disposed of', async () => {
    const steps: string[] = [];
    const leave = flow.subscribe(() => steps.push(flow.state.step));
    await reachCode();
    expect(new Set(steps)).toEqual(new Set(['credentials', 'code']));
    leave();
    const count = steps.length;
    flow.reset();
    expect(steps).toHaveLength(count);
    flow.subscribe(() => steps.push('late'));
    flow.dispose();
    flow.useDifferentAccount();
    expect(steps).toHaveLength(count);
  });

  it('gives the same snapshot until something changes', async () => {
    await reachCode();
    const before = flow.snapshot;
    expect(flow.snapshot).toBe(before);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(flow.snapshot).not.toBe(before);
    expect([flow.snapshot.expiresIn, flow.snapshot.resendIn]).toEqual([299, 29]);
  });

  it('says once that the code has expired, and still sends a new one', async () => {
    await reachCode({ expiresIn: '10', resendIn: '0' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(flow.state).toMatchObject({ problem: { kind: 'expired' } });
    client.reply(codeStep({ result: 'sent' }, 'session-2'));
    await flow.resend();
    expect(flow.state).toMatchObject({ notice: 'renewed', pending: { session: 'session-2' } });
    expect(flow.snapshot.expiresIn).toBe(300);
  });

  it('does not send a code again that was just refused', async () => {
    await reachCode();
    client.reply(codeStep({ result: 'wrong' }));
    await flow.verify('111111');
    await flow.verify('111111');
    expect(client.calls).toHaveLength(2);
    client.reply(new AuthError('network', '', ''), SIGNED_IN);
    await flow.verify('222222');
    await flow.verify('222222');
    expect(client.calls).toHaveLength(4);
  });

  it('asks for the mail again only after the wait', async () => {
    await reachCode({ resendIn: '30' });
    await flow.resend();
    expect(client.calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(30_000);
    const asked = flow.resend();
    await flow.resend();
    client.reply(codeStep({ result: 'resent', resendIn: '60' }, 'session-2'));
    await asked;
    expect(client.calls.slice(1)).toEqual([
      { call: 'answer', session: 'session-1', code: 'resend', metadata: { action: 'resend' } },
    ]);
    expect(flow.state).toMatchObject({ notice: 'resent', pending: { session: 'session-2' } });
    expect(flow.snapshot.resendIn).toBe(60);
  });

  describe('c6: the session is kept alive', () => {
    it('by `wait` at half its length, and what the person reads stays', async () => {
      open({ sessionMinutes: 4 });
      await reachCode();
      client.reply(codeStep({ result: 'wrong', attemptsLeft: '2' }));
      await flow.verify('111111');
      client.reply(codeStep({ result: 'wrong' }, 'session-2'));
      await vi.advanceTimersByTimeAsync(119_000);
      expect(client.calls).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(client.calls[2]).toEqual({
        call: 'answer',
        session: 'session-1',
        code: 'wait',
        metadata: { action: 'wait' },
      });
      expect(flow.state).toMatchObject({
        busy: null,
        problem: { kind: 'wrong-code' },
        pending: { session: 'session-2' },
      });
    });

    it('and an answer typed meanwhile waits for it, since a session works once', async () => {
      await reachCode();
      await vi.advanceTimersByTimeAsync(90_000);
      const verified = flow.verify('123456');
      await vi.advanceTimersByTimeAsync(0);
      expect(client.calls).toHaveLength(2);
      client.reply(codeStep({}, 'session-2'));
      client.reply(SIGNED_IN);
      await verified;
      expect(sessions()).toEqual(['signIn', 'session-1', 'session-2']);
      expect(flow.state.step).toBe('done');
    });

    it('but not with functions that do not know the action', async () => {
      await reachCode({ signIn: '' });
      await vi.advanceTimersByTimeAsync(170_000);
      expect(client.calls).toHaveLength(1);
    });

    it('and a connection lost meanwhile is no end', async () => {
      await reachCode();
      client.reply(new AuthError('network', '', ''));
      await vi.advanceTimersByTimeAsync(90_000);
      expect(flow.state).toMatchObject({ step: 'code', problem: null });
      client.reply(new AuthError('refused', 'NotAuthorizedException', ''));
      await vi.advanceTimersByTimeAsync(90_000);
      expect(flow.state).toMatchObject({ step: 'ended', reason: 'session' });
    });
  });

  describe('whose session is gone', () => {
    const gone = (more = '') =>
      new AuthError('session', 'NotAuthorizedException', `Invalid session for the user${more}.`);

    it('says no more than that: the answer before may have been lost on the way', async () => {
      await reachCode();
      client.reply(new AuthError('network', '', ''), gone());
      await flow.verify('123456');
      expect(flow.state).toMatchObject({ step: 'code', problem: { kind: 'network' } });
      await flow.verify('123456');
      expect(flow.state).toMatchObject({ step: 'ended', reason: 'over' });
    });

    it('took too long where the server says so', async () => {
      await reachCode();
      client.reply(gone(', session is expired'));
      await flow.verify('123456');
      expect(flow.state).toMatchObject({ step: 'ended', reason: 'session' });
    });
  });

  it('finds a request slow after four seconds', async () => {
    const asked = flow.signIn('ana@example.com', 'secret');
    await vi.advanceTimersByTimeAsync(3900);
    expect(flow.snapshot.slow).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(flow.snapshot.slow).toBe(true);
    client.reply(codeStep());
    await asked;
    expect(flow.snapshot.slow).toBe(false);
  });

  it('goes on after a refresh with the same session and clocks, expired or not', async () => {
    await reachCode({ expiresIn: '60', resendIn: '30' });
    await vi.advanceTimersByTimeAsync(10_000);
    open();
    expect(flow.state).toMatchObject({ step: 'code', pending: { session: 'session-1' } });
    expect([flow.snapshot.expiresIn, flow.snapshot.resendIn]).toEqual([50, 20]);
    expect(flow.snapshot.email).toBe('');
    await vi.advanceTimersByTimeAsync(60_000);
    open();
    await vi.advanceTimersByTimeAsync(500);
    expect(flow.state).toMatchObject({ problem: { kind: 'expired' } });
    client.reply(codeStep({ result: 'sent' }, 'session-2'));
    await flow.resend();
    expect(flow.state).toMatchObject({ notice: 'renewed' });
  });

  it('does not go on once the session is over', async () => {
    await reachCode({ signIn: '' });
    await vi.advanceTimersByTimeAsync(180_000);
    open();
    expect(flow.state.step).toBe('credentials');
  });

  it('stores neither the password nor the code nor the address', async () => {
    await reachCode();
    client.reply(codeStep({ result: 'wrong' }));
    await flow.verify('123456');
    expect(kept).toContain('session-1');
    for (const secret of ['secret', '123456', 'ana@example.com']) {
      expect(kept).not.toContain(secret);
    }
  });

  it('ignores an answer that nobody waits for any more', async () => {
    await reachCode();
    const verified = flow.verify('123456');
    flow.reset();
    client.reply(SIGNED_IN);
    await verified;
    expect(flow.state).toEqual({ step: 'credentials', busy: false, problem: null });
    expect(kept).toBeNull();
  });

  it('keeps the address for a new start, and forgets it for a different account', async () => {
    await reachCode();
    flow.reset();
    expect(flow.snapshot.email).toBe('ana@example.com');
    flow.useDifferentAccount();
    expect(flow.snapshot.email).toBe('');
  });

  it('keeps the error in the server’s words for developers', async () => {
    await reachCode();
    client.reply(REFUSED);
    await flow.verify('123456');
    expect(flow.snapshot.failure).toBe(REFUSED);
    expect(flow.state).toMatchObject({ step: 'ended', reason: 'over' });
    expect(warnings).toEqual([]);
  });

  it('tells developers what is wrong with the set-up, once for each failure', async () => {
    client.reply(new AuthError('server', 'ResourceNotFoundException', 'No such client.'));
    await flow.signIn('ana@example.com', 'secret');
    await vi.dynamicImportSettled();
    expect(warnings).toEqual([
      '[poolhouse] endpoint, userPoolId and clientId must belong together.',
    ]);
  });

  it('takes a fault of the client itself for the server’s, and keeps the cause', async () => {
    const cause = new TypeError('undefined is not a function');
    client.reply(cause);
    await flow.signIn('ana@example.com', 'secret');
    expect(flow.state).toMatchObject({ problem: { kind: 'server' } });
    expect(flow.snapshot.failure?.cause).toBe(cause);
  });

  describe('a temporary password', () => {
    const NO_CODE = new AuthError('server', 'UserLambdaValidationException', 'PreTokenGeneration…');

    async function choose(): Promise<void> {
      client.reply(passwordStep(['given_name']));
      await flow.signIn('ana@example.com', 'temporary');
      expect(flow.state).toMatchObject({
        step: 'new-password',
        challenge: { required: ['given_name'] },
      });
      await flow.choosePassword('chosen', { given_name: 'Ana' });
    }

    it('is replaced, and then the code is asked for', async () => {
      client.reply(passwordStep(['given_name']), codeStep());
      await flow.signIn('ana@example.com', 'temporary');
      await flow.choosePassword('chosen', { given_name: 'Ana' });
      expect((flow.state as CodeState).pending.newPassword).toBe(true);
      expect(client.calls[1]).toEqual({
        call: 'choosePassword',
        password: 'chosen',
        attributes: { given_name: 'Ana' },
      });
    });

    it('where tokens need a code: one more sign-in with the new one, by itself', async () => {
      client.reply(passwordStep(['given_name']), NO_CODE, codeStep());
      client.calls.length = 0;
      await flow.signIn('ana@example.com', 'temporary');
      await flow.choosePassword('chosen', { given_name: 'Ana' });
      expect(client.calls.at(-1)).toMatchObject({
        call: 'signIn',
        username: 'ana@example.com',
        password: 'chosen',
      });
      expect(flow.state.step).toBe('code');
    });

    it('and if that fails too, the administrator is named', async () => {
      client.reply(passwordStep(['given_name']), NO_CODE, REFUSED);
      client.calls.length = 0;
      await flow.signIn('ana@example.com', 'temporary');
      await flow.choosePassword('chosen', { given_name: 'Ana' });
      expect(flow.state).toMatchObject({ problem: { kind: 'administrator' } });
      expect(client.calls).toHaveLength(3);
    });

    it('that does not meet the policy is asked for again', async () => {
      const chosen = choose();
      await vi.advanceTimersByTimeAsync(0);
      client.reply(new AuthError('password', 'InvalidPasswordException', 'too short'));
      await chosen;
      expect(flow.state).toMatchObject({
        step: 'new-password',
        problem: { kind: 'password' },
      });
    });
  });
});
