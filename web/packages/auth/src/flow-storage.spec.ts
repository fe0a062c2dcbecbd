import type { PendingCode } from './flow-state.js';
import { FlowStorage } from './flow-storage.js';

const NOW = 1_000_000;
const PENDING: PendingCode = {
  username: 'u',
  session: 's',
  signIn: 'i',
  placeToken: 't',
  destination: 'a***@e***',
  codeLength: 6,
  alphabet: 'digits',
  expiresAt: NOW - 1,
  resendAt: null,
  attemptsLeft: 3,
  rememberDays: null,
  mail: 'ok',
  waiting: null,
  newPassword: false,
};

/** A `Storage` as browsers have it. */
function fakeStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

describe('FlowStorage', () => {
  it('gives back what it was given, until the session is over', () => {
    const storage = new FlowStorage('test', () => kept);
    const kept = fakeStorage();
    storage.save(PENDING, NOW + 1);
    expect(storage.load(NOW)).toEqual(PENDING);
    expect(storage.load(NOW + 1)).toBeNull();
    storage.clear();
    expect(storage.load(NOW)).toBeNull();
  });

  it.each([
    ['broken JSON', '{'],
    ['null', 'null'],
    ['another version', JSON.stringify({ version: 1, until: NOW + 1, pending: PENDING })],
    ['no end', JSON.stringify({ version: 2, pending: PENDING })],
  ])('takes %s for nothing', (_, text) => {
    const kept = fakeStorage();
    kept.setItem('test', text);
    expect(new FlowStorage('test', () => kept).load(NOW)).toBeNull();
  });

  it('works without where the browser blocks it, and where there is none', () => {
    const blocked = () => {
      throw new DOMException('blocked', 'SecurityError');
    };
    for (const storage of [new FlowStorage('test', blocked), new FlowStorage('test')]) {
      storage.save(PENDING, NOW + 1);
      expect(storage.load(NOW)).toBeNull();
      storage.clear();
    }
  });
});
