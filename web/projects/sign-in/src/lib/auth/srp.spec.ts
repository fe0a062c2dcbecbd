import { SRP_VECTORS } from '../../testing/srp-vectors';
import { SrpClient, SrpError, modPow, srpTimestamp } from './srp';

const POOL_NAME = SRP_VECTORS.userPoolId.split('_')[1];

describe('SrpClient', () => {
  it.each(SRP_VECTORS.vectors)('signs as the AWS libraries do: $label', async (vector) => {
    const client = new SrpClient(POOL_NAME, BigInt(`0x${vector.a}`));
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
    const client = new SrpClient(POOL_NAME, 7n);
    const challenge = { userId: 'u', salt: '1', serverPublic, secretBlock: '' };
    await expect(client.sign(challenge, 'password', 'now')).rejects.toThrow(SrpError);
  });

  it('takes a new secret for each sign-in', () => {
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const [first, second] = [0, 1].map(() => SrpClient.generate(POOL_NAME, random).publicHex);
    expect(first).not.toBe(second);
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
  it('agrees with the schoolbook method', () => {
    const random = () => BigInt(crypto.getRandomValues(new Uint32Array(1))[0]);
    for (let i = 0; i < 200; i++) {
      const [base, exponent, m] = [random(), random() % 5000n, random() + 2n];
      let expected = 1n;
      for (let e = 0n; e < exponent; e++) expected = (expected * base) % m;
      expect(modPow(base, exponent, m)).toBe(expected % m);
    }
  });

  it.each([
    [-5n, 3n, 7n, 1n],
    [4n, 0n, 7n, 1n],
    [4n, 5n, 1n, 0n],
  ])('%d to the %d modulo %d is %d', (base, exponent, m, expected) => {
    expect(modPow(base, exponent, m)).toBe(expected);
  });
});

/** The prime by its definition (RFC 3526, section 4), with π to the 3,000 bits that it needs. */
function modulus(): bigint {
  const bits = 3072n;
  const guard = 64n;
  const pi = machinPi(bits + guard);
  return (1n << bits) - (1n << (bits - 64n)) - 1n + (((pi >> (130n + guard)) + 1690314n) << 64n);
}

/** π · 2^bits, by Machin's formula. */
function machinPi(bits: bigint): bigint {
  const unit = 1n << (bits + 32n);
  const arctanOfInverse = (n: bigint) => {
    let sum = 0n;
    let term = unit / n;
    for (let k = 1n, sign = 1n; term > 0n; k += 2n, sign = -sign) {
      sum += (sign * term) / k;
      term /= n * n;
    }
    return sum;
  };
  return (4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n))) >> 32n;
}
