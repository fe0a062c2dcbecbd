import { Bytes, concat, fromBase64, fromHex, toBase64, toHex, utf8 } from './bytes';

/**
 * The client half of SRP-6a as Cognito user pools speak it, on `BigInt` and WebCrypto.
 *
 * The group is the 3072-bit one of RFC 3526 with g = 2. Numbers enter a hash as the shortest signed
 * big-endian bytes (one zero byte in front when the top bit is set), not padded to the group's
 * length as RFC 5054 has it.
 */

const N = BigInt(
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
const G = 2n;

/** The multiplier k: SHA-256 of N and g, so a constant of the group. */
const K = BigInt('0x538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6');

/** As long as the AWS libraries choose it. */
const SECRET_BYTES = 128;
const KEY_LABEL = utf8('Caldera Derived Key\x01');

/** What a `PASSWORD_VERIFIER` challenge tells the client. */
export interface SrpChallenge {
  /** `USER_ID_FOR_SRP`: the pool's own name for the user, which the password hash contains. */
  readonly userId: string;
  /** `SALT`, hex. */
  readonly salt: string;
  /** `SRP_B`, hex. */
  readonly serverPublic: string;
  /** `SECRET_BLOCK`, base64; opaque, and goes back as it came. */
  readonly secretBlock: string;
}

/** The server sent numbers that would give the password away, or that are no numbers. */
export class SrpError extends Error {
  override readonly name = 'SrpError';
}

/** One key pair, for one sign-in. */
export class SrpClient {
  private readonly publicValue: bigint;

  /** `secret` is the exponent a. Only tests choose it; everything else calls `generate`. */
  constructor(
    private readonly poolName: string,
    private readonly secret: bigint,
  ) {
    this.publicValue = modPow(G, secret, N);
  }

  static generate(poolName: string, randomBytes: (length: number) => Bytes): SrpClient {
    return new SrpClient(poolName, bigIntOf(toHex(randomBytes(SECRET_BYTES))));
  }

  /** `SRP_A`: hex without padding. */
  get publicHex(): string {
    return this.publicValue.toString(16);
  }

  /** `PASSWORD_CLAIM_SIGNATURE`, base64. The server reads `timestamp` as sent: see `srpTimestamp`. */
  async sign(challenge: SrpChallenge, password: string, timestamp: string): Promise<string> {
    const key = await this.sessionKey(challenge, password);
    const message = concat(
      utf8(this.poolName),
      utf8(challenge.userId),
      fromBase64(challenge.secretBlock),
      utf8(timestamp),
    );
    return toBase64(await hmac(key, message));
  }

  private async sessionKey(challenge: SrpChallenge, password: string): Promise<Bytes> {
    const serverPublic = bigIntOf(challenge.serverPublic);
    // With B or u zero the session key would not depend on the password.
    if (serverPublic % N === 0n) throw new SrpError('The server’s public value is zero.');
    const u = bigIntOf(toHex(await sha256(concat(pad(this.publicValue), pad(serverPublic)))));
    if (u === 0n) throw new SrpError('The scrambling value is zero.');

    const identity = utf8(`${this.poolName}${challenge.userId}:${password}`);
    const salt = pad(bigIntOf(challenge.salt));
    const x = bigIntOf(toHex(await sha256(concat(salt, await sha256(identity)))));
    const shared = modPow(serverPublic - K * modPow(G, x, N), this.secret + u * x, N);

    // HKDF with one block of output, of which the first half is the key.
    const extracted = await hmac(pad(u), pad(shared));
    return (await hmac(extracted, KEY_LABEL)).slice(0, 16);
  }
}

/** `Tue Apr 2 03:04:05 UTC 2024`: English names, UTC, and no zero in front of the day. */
export function srpTimestamp(date: Date): string {
  const [weekday, day, month, year, time] = date.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${Number(day)} ${time} UTC ${year}`;
}

/**
 * base^exponent mod modulus, four bits of the exponent at a time. Not constant in time: `BigInt`
 * offers no such arithmetic, and the exponents never leave this device.
 */
export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const positive = ((base % modulus) + modulus) % modulus;
  const powers = [1n];
  for (let i = 1; i < 16; i++) powers.push((powers[i - 1] * positive) % modulus);
  let result = 1n % modulus;
  for (const digit of exponent.toString(16)) {
    for (let i = 0; i < 4; i++) result = (result * result) % modulus;
    result = (result * powers[Number.parseInt(digit, 16)]) % modulus;
  }
  return result;
}

function bigIntOf(hex: string): bigint {
  if (!/^[0-9a-f]+$/i.test(hex)) throw new SrpError('The server sent something that is not hex.');
  return BigInt(`0x${hex}`);
}

function pad(value: bigint): Bytes {
  const hex = value.toString(16);
  const even = hex.length % 2 ? `0${hex}` : hex;
  return fromHex(/^[89a-f]/.test(even) ? `00${even}` : even);
}

async function sha256(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', data));
}

async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, data));
}
