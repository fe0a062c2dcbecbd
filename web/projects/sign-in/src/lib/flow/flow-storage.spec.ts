import { PendingCode } from './flow-state';
import { FlowStorage } from './flow-storage';

const NOW = 1_000_000;
const PENDING: PendingCode = {
  username: 'u',
  session: 's',
  destination: 'a***@e***',
  codeLength: 6,
  alphabet: 'digits',
  expiresAt: NOW + 1,
  resendAt: null,
};

function storage(): FlowStorage {
  return new FlowStorage('test', () => sessionStorage);
}

describe('FlowStorage', () => {
  beforeEach(() => sessionStorage.clear());

  it('gives back what it was given', () => {
    storage().save(PENDING);
    expect(storage().load(NOW)).toEqual(PENDING);
    storage().clear();
    expect(storage().load(NOW)).toBeNull();
  });

  it('does not resume an expired code, nor one whose end nobody knows', () => {
    storage().save(PENDING);
    expect(storage().load(NOW + 1)).toBeNull();
    storage().save({ ...PENDING, expiresAt: null });
    expect(storage().load(NOW)).toBeNull();
  });

  it.each([
    ['broken JSON', '{'],
    ['null', 'null'],
    ['another shape', JSON.stringify({ ...PENDING, codeLength: '6' })],
    ['another alphabet', JSON.stringify({ ...PENDING, alphabet: 'runes' })],
    ['a missing part', JSON.stringify({ ...PENDING, session: undefined })],
  ])('takes %s for nothing', (_, text) => {
    sessionStorage.setItem('test', text);
    expect(storage().load(NOW)).toBeNull();
  });

  it('works without where the browser blocks it', () => {
    const blocked = new FlowStorage('test', () => {
      throw new DOMException('blocked', 'SecurityError');
    });
    blocked.save(PENDING);
    expect(blocked.load(NOW)).toBeNull();
    blocked.clear();
  });
});
