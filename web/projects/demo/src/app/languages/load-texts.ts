import { ENGLISH, SignInTexts } from '@poolhouse/sign-in';

/** Each language but English is a file of its own, fetched by those who read it. */
const LANGUAGES: Readonly<Record<string, () => Promise<SignInTexts>>> = {
  en: async () => ENGLISH,
  de: async () => (await import('./german')).GERMAN,
  ar: async () => (await import('./arabic')).ARABIC,
};

/** The first of the browser's languages that there is; `?lang=de` asks for one by name. */
export async function loadTexts(): Promise<SignInTexts> {
  const asked = new URLSearchParams(location.search).get('lang');
  try {
    return await LANGUAGES[chooseLanguage(asked ? [asked] : navigator.languages)]();
  } catch {
    // A language that cannot be fetched is no reason not to sign in.
    return ENGLISH;
  }
}

export function chooseLanguage(wanted: readonly string[]): string {
  const primary = wanted.map((tag) => tag.toLowerCase().split('-')[0]);
  return primary.find((tag) => Object.hasOwn(LANGUAGES, tag)) ?? 'en';
}
