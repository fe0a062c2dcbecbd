import { AuthError } from './auth-error.js';
import { AuthSession } from './auth-session.js';
import { memoryStore, webStore } from './session-store.js';
import { FAKE_TOKENS, FakeClient, SIGNED_IN } from './testing.js';

const RENEWED = { accessToken: 'access-2', idToken: 'id-2', expiresIn: 3600 };
const REFUSED = new AuthError(
  'refused',
  'NotAuthorizedException',
  'Refresh Token has been revoked',
);
const OFFLINE = new AuthError('network', '', '');

function refreshed(tokens = RENEWED) {
  return { kind: 'signed-in', tokens } as const;
}

describe('AuthSession', () => {
  let client: FakeClient;
  let session: AuthSession;

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    client = new FakeClient();
    session = new AuthSession(client, { name: 'test' });
    session.start(FAKE_TOKENS);
  });

  afterEach(() => {
    session.dispose();
    vi.useRealTimers();
  });

  it('gives the tokens out until half a minute before their end', async () => {
    await vi.advanceTimersByTimeAsync(3_569_000);
    expect(await session.accessToken()).toBe('access');
    expect(client.calls).toEqual([]);
    client.reply(refreshed());
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await session.accessToken()).toBe('access-2');
    expect(session.tokens).toEqual({ ...RENEWED, refreshToken: 'refresh' });
  });

  it('goes by the server’s clock', async () => {
    let ahead = 0;
    vi.spyOn(client, 'serverNow').mockImplementation(() => Date.now() + ahead);
    ahead = 3_580_000;
    client.reply(refreshed());
    expect(await session.accessToken()).toBe('access-2');
  });

  it('asks once, however many ask at a time', async () => {
    const asked = Array.from({ length: 20 }, () => session.renew());
    client.reply(refreshed());
    const tokens = await Promise.all(asked);
    expect(client.calls).toEqual([{ call: 'refresh', token: 'refresh' }]);
    expect(new Set(tokens.map((each) => each?.accessToken))).toEqual(new Set(['access-2']));
  });

  it('keeps the refresh token that a rotating client gives', async () => {
    client.reply(refreshed({ ...RENEWED, refreshToken: 'refresh-2' } as typeof RENEWED));
    await session.renew();
    client.reply(refreshed());
    await session.renew();
    expect(client.calls.at(-1)).toEqual({ call: 'refresh', token: 'refresh-2' });
  });

  it('ends when the server refuses, and goes on when it cannot be reached', async () => {
    client.reply(OFFLINE);
    await expect(session.renew()).rejects.toBe(OFFLINE);
    expect(session.tokens).toEqual(FAKE_TOKENS);
    client.reply(REFUSED);
    expect(await session.renew()).toBeNull();
    expect(session.tokens).toBeNull();
    expect(await session.accessToken()).toBeNull();
  });

  it('signs out at once, whether or not the server hears of it', async () => {
    let changes = 0;
    session.subscribe(() => (changes += 1));
    const leaving = session.signOut();
    expect(session.tokens).toBeNull();
    expect(changes).toBe(1);
    client.reply(OFFLINE);
    await expect(leaving).rejects.toBe(OFFLINE);
    expect(session.tokens).toBeNull();
    expect(client.calls).toEqual([{ call: 'revoke', token: 'refresh' }]);
  });

  it('does not sign in again with tokens that come after a sign-out', async () => {
    const renewed = session.renew();
    const leaving = session.signOut();
    // The renewal was asked first; it is answered last all the same.
    client.reply(refreshed(), SIGNED_IN);
    await Promise.all([renewed, leaving]);
    expect(session.tokens).toBeNull();
  });

  it('signs out everywhere, and stays signed in where the server cannot be reached', async () => {
    client.reply(OFFLINE);
    await expect(session.signOutEverywhere()).rejects.toBe(OFFLINE);
    expect(session.tokens).toEqual(FAKE_TOKENS);
    client.reply(REFUSED);
    await session.signOutEverywhere();
    expect(session.tokens).toBeNull();
  });

  it('takes what another tab has renewed, instead of asking again', async () => {
    const store = memoryStore();
    const [one, other] = [0, 1].map(() => new AuthSession(client, { name: 'tabs', store }));
    one.start(FAKE_TOKENS);
    const before = other.renew();
    expect(await before).toEqual(FAKE_TOKENS);
    client.reply(refreshed());
    await one.renew();
    expect(await other.renew()).toMatchObject({ accessToken: 'access-2' });
    expect(client.calls).toHaveLength(1);
  });
});

describe('webStore', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const stored = { tokens: FAKE_TOKENS, expiresAt: 5 };

  it('survives a reload, until it is told to forget', () => {
    webStore('s', () => storage).write(stored);
    expect(webStore('s', () => storage).read()).toEqual(stored);
    webStore('s', () => storage).write(null);
    expect(kept.size).toBe(0);
  });

  it.each(['{', '17', '{"tokens":{}}', JSON.stringify({ tokens: FAKE_TOKENS })])(
    'takes %s for nothing',
    (text) => {
      kept.set('s', text);
      expect(webStore('s', () => storage).read()).toBeNull();
    },
  );

  it('keeps the session in memory where there is no storage', () => {
    const store = webStore('s');
    store.write(stored);
    expect(store.read()).toEqual(stored);
  });
});
