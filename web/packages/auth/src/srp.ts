import { malformed } from './auth-error.js';
import { type Bytes, concat, fromBase64, fromHex, toBase64, toHex, utf8 } from './bytes.js';

/**
 * The client half of SRP-6a as Cognito user pools speak it, on `BigInt` and WebCrypto.
 *
 * The group is the 3072-bit one of RFC 3526 with g = 2. Numbers enter a hash as the shortest signed
 * big-endian bytes (one zero byte in front when the top bit is set), not padded to the group's
 * length as RFC 5054 has it.
 */

const G = 2n;
const N = prime();

/** RFC 5054's minimum, and as strong as the group; docs/decisions/srp-secret.md says more. */
const SECRET_BYTES = 32;

/** Bits of an exponent between two pauses: some 15 ms of sums on a slow phone. */
const BITS_AT_A_TIME = 128;
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

/** One key pair, for one sign-in. */
export interface SrpClient {
  /** `SRP_A`: hex without padding. */
  readonly publicHex: string;
  /** `PASSWORD_CLAIM_SIGNATURE`, base64. The server reads `timestamp` as sent: see `srpTimestamp`. */
  sign(challenge: SrpChallenge, password: string, timestamp: string): Promise<string>;
}

/** The exponent a of a key pair. Only tests choose another. */
export function srpSecret(randomBytes: (length: number) => Bytes): bigint {
  return bigIntOf(toHex(randomBytes(SECRET_BYTES)));
}

export async function srpClient(poolName: string, secret: bigint): Promise<SrpClient> {
  const publicValue = await modPow(G, secret, N);

  const sessionKey = async (challenge: SrpChallenge, password: string): Promise<Bytes> => {
    const serverPublic = bigIntOf(challenge.serverPublic);
    // With B or u zero the session key would not depend on the password.
    if (serverPublic % N === 0n) throw malformed();
    const u = await hashed(pad(publicValue), pad(serverPublic));
    if (u === 0n) throw malformed();

    const identity = utf8(`${poolName}${challenge.userId}:${password}`);
    const x = await hashed(pad(bigIntOf(challenge.salt)), await sha256(identity));
    // The multiplier k is a constant of the group, and shorter to compute than to send.
    const k = await hashed(pad(N), pad(G));
    const base = serverPublic - k * (await modPow(G, x, N));
    const shared = await modPow(base, secret + u * x, N);

    // HKDF with one block of output, of which the first half is the key.
    const extracted = await hmac(pad(u), pad(shared));
    return (await hmac(extracted, KEY_LABEL)).slice(0, 16);
  };

  return {
    publicHex: publicValue.toString(16),
    sign: async (challenge, password, timestamp) => {
      const key = await sessionKey(challenge, password);
      const message = concat(
        utf8(poolName),
        utf8(challenge.userId),
        fromBase64(challenge.secretBlock),
        utf8(timestamp),
      );
      return toBase64(await hmac(key, message));
    },
  };
}

/** `Tue Apr 2 03:04:05 UTC 2024`: English names, UTC, and no zero in front of the day. */
export function srpTimestamp(date: Date): string {
  const [weekday, day, month, year, time] = date.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${Number(day)} ${time} UTC ${year}`;
}

/**
 * base^exponent mod modulus, four bits of the exponent at a time. Not constant in time: `BigInt`
 * offers no such arithmetic, and the exponents never leave this device. It makes room for clicks
 * and keys in between, so that no page stands still.
 */
export async function modPow(base: bigint, exponent: bigint, modulus: bigint): Promise<bigint> {
  const positive = ((base % modulus) + modulus) % modulus;
  const powers = [1n];
  for (let i = 1; i < 16; i++) powers.push((powers[i - 1] * positive) % modulus);
  let result = 1n % modulus;
  let bits = 0;
  for (const digit of exponent.toString(16)) {
    for (let i = 0; i < 4; i++) result = (result * result) % modulus;
    result = (result * powers[Number.parseInt(digit, 16)]) % modulus;
    bits += 4;
    if (bits % BITS_AT_A_TIME === 0) await pause();
  }
  return result;
}

/** A new task. Not by a timer: browsers slow those down to one a second in tabs that nobody sees. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

/**
 * 2^3072 − 2^3008 − 1 + 2^64 · (⌊2^2942 · π⌋ + 1690314), with π by Machin's formula. Two
 * milliseconds, in place of the 384 bytes that no compression makes smaller.
 */
function prime(): bigint {
  // 64 bits more than are used, so that what the sum drops does not matter.
  const unit = 1n << 3006n;
  const arctanOfInverse = (n: bigint) => {
    let sum = 0n;
    for (let term = unit / n, k = 1n; term; term /= -n * n, k += 2n) sum += term / k;
    return sum;
  };
  const pi = 4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n));
  return (1n << 3072n) - (1n << 3008n) - 1n + (((pi >> 64n) + 1690314n) << 64n);
}

function bigIntOf(hex: string): bigint {
  if (!/^[0-9a-f]+$/i.test(hex)) throw malformed();
  return BigInt(`0x${hex}`);
}

function pad(value: bigint): Bytes {
  const hex = value.toString(16);
  const even = hex.length % 2 ? `0${hex}` : hex;
  return fromHex(/^[89a-f]/.test(even) ? `00${even}` : even);
}

async function hashed(...parts: readonly Bytes[]): Promise<bigint> {
  return bigIntOf(toHex(await sha256(concat(...parts))));
}

async function sha256(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', data));
}

async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, data));
}
