import { AuthError } from './auth-error.js';
import { SRP_VECTORS } from './fixtures/srp-vectors.js';
import { modPow, srpClient, srpSecret, srpTimestamp } from './srp.js';

const POOL_NAME = SRP_VECTORS.userPoolId.split('_')[1];

describe('srpClient', () => {
  it.each(SRP_VECTORS.vectors)('signs as the AWS libraries do: $label', async (vector) => {
    const client = await srpClient(POOL_NAME, BigInt(`0x${vector.a}`));
    expect(client.publicHex).toBe(vector.publicA);
    const challenge = {
      userId: SRP_VECTORS.userId,
      salt: vector.salt,
      serverPublic: vector.publicB,
      secretBlock: vector.secretBlock,
    };
    const signature = await client.sign(challenge, SRP_VECTORS.password, vector.timestamp);
    expect(signature).toBe(vector.signature);
  });

  it.each([
    ['zero', '0'],
    ['the group’s prime', modulus().toString(16)],
    ['twice the prime', (2n * modulus()).toString(16)],
    ['no number', 'xyz'],
    ['empty', ''],
  ])('refuses a public value of the server that is %s', async (_, serverPublic) => {
    const client = await srpClient(POOL_NAME, 7n);
    const challenge = { userId: 'u', salt: '1', serverPublic, secretBlock: '' };
    await expect(client.sign(challenge, 'password', 'now')).rejects.toThrow(AuthError);
  });

  it('takes a new secret of 256 bits for each sign-in', async () => {
    const lengths: number[] = [];
    const random = (length: number) => {
      lengths.push(length);
      return crypto.getRandomValues(new Uint8Array(length));
    };
    const pairs = [1, 2].map(() => srpClient(POOL_NAME, srpSecret(random)));
    const [first, second] = (await Promise.all(pairs)).map((pair) => pair.publicHex);
    expect(first).not.toBe(second);
    expect(lengths).toEqual([32, 32]);
  });

  it('lets others have a turn between its sums, so that no page stands still', async () => {
    let turns = 0;
    let over = false;
    const others = async () => {
      while (!over) {
        await new Promise((resolve) => setImmediate(resolve));
        turns += 1;
      }
    };
    const running = others();
    await modPow(3n, (1n << 512n) - 1n, modulus());
    over = true;
    await running;
    expect(turns).toBeGreaterThanOrEqual(4);
  });
});

describe('srpTimestamp', () => {
  it.each([
    ['2024-04-02T03:04:05Z', 'Tue Apr 2 03:04:05 UTC 2024'],
    ['2026-11-22T23:59:59.999Z', 'Sun Nov 22 23:59:59 UTC 2026'],
    ['2027-01-01T00:00:00Z', 'Fri Jan 1 00:00:00 UTC 2027'],
  ])('%s', (instant, text) => {
    expect(srpTimestamp(new Date(instant))).toBe(text);
  });
});

describe('modPow', () => {
  it('agrees with the schoolbook method', async () => {
    const random = () => BigInt(crypto.getRandomValues(new Uint32Array(1))[0]);
    for (let i = 0; i < 200; i++) {
      const [base, exponent, m] = [random(), random() % 5000n, random() + 2n];
      let expected = 1n;
      for (let e = 0n; e < exponent; e++) expected = (expected * base) % m;
      expect(await modPow(base, exponent, m)).toBe(expected % m);
    }
  });

  it.each([
    [-5n, 3n, 7n, 1n],
    [4n, 0n, 7n, 1n],
    [4n, 5n, 1n, 0n],
  ])('%d to the %d modulo %d is %d', async (base, exponent, m, expected) => {
    expect(await modPow(base, exponent, m)).toBe(expected);
  });
});

/** The prime as RFC 3526 prints it, in section 4. */
function modulus(): bigint {
  return BigInt(
    '0x' +
      'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd' +
      'ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed' +
      'ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f' +
      '83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b' +
      'e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510' +
      '15728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7' +
      'abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200c' +
      'bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff',
  );
}
