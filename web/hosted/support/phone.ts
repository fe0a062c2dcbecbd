import { randomInt } from 'node:crypto';

/** A number that nobody has, here or elsewhere. */
export function phone(): string {
  return `+1555${String(randomInt(10_000_000)).padStart(7, '0')}`;
}
