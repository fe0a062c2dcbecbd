/** An authenticator app. */
import { createHmac } from 'node:crypto';

const STEP = 30;

/** What an app shows in a step, by RFC 6238. */
function shown(secret, step) {
  const bits = [...secret].map((letter) => {
    return 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0');
  });
  const bytes = bits.join('').match(/.{8}/g);
  const seed = Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', seed).update(counter).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** A step is good once: each code is of a step that was not shown before, the first of the one before now. */
export function appOf(secret) {
  let next = Math.floor(Date.now() / 1000 / STEP) - 1;
  return () => {
    next = Math.max(next, Math.floor(Date.now() / 1000 / STEP) - 1) + 1;
    return shown(secret, next - 1);
  };
}
