import { signal } from '@angular/core';
import type { FlowSnapshot } from '@poolhouse/auth';
import {
  type KnownTexts,
  type SaidSoFar,
  type SignInTexts,
  sayCommon,
} from '@poolhouse/auth/common-texts';

const words = signal<typeof import('@poolhouse/auth/rare-texts') | null>(null);

/** The words of what few sign-ins come to, once they were fetched. */
export const rareWords = words.asReadonly();

/** Fetches them. Where they cannot be, `rareWords` says so. */
export async function fetchRareWords(): Promise<void> {
  try {
    words.set(await import('@poolhouse/auth/rare-texts'));
  } catch {
    // The next state that needs them asks again.
  }
}

/** What there is to say, as far as it is known: `rare` where words are missing. */
export function sayKnown(texts: KnownTexts, snapshot: FlowSnapshot, byUsername = false): SaidSoFar {
  const said = sayCommon(texts, snapshot, byUsername);
  const rare = rareWords();
  // With the words of rare states the texts are all there.
  return rare ? { ...rare.sayRare(texts as SignInTexts, snapshot, said), rare: false } : said;
}
