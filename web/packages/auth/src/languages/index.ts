import type { SignInTexts } from '../texts.js';
import en from './en.js';

/** Each language but English is a file of its own, fetched by those who read it. */
const LANGUAGES: Readonly<Record<string, () => Promise<{ readonly default: SignInTexts }>>> = {
  ar: () => import('./ar.js'),
  de: () => import('./de.js'),
  en: async () => ({ default: en }),
  es: () => import('./es.js'),
  fr: () => import('./fr.js'),
  he: () => import('./he.js'),
  it: () => import('./it.js'),
  ja: () => import('./ja.js'),
  ko: () => import('./ko.js'),
  nl: () => import('./nl.js'),
  pl: () => import('./pl.js'),
  'pt-BR': () => import('./pt-BR.js'),
  'zh-CN': () => import('./zh-CN.js'),
};

/** The tags of all languages there are. */
export const LANGUAGE_TAGS: readonly string[] = Object.keys(LANGUAGES);

/** The texts in the first of the wanted languages that there is: `loadTexts(navigator.languages)`. */
export async function loadTexts(wanted: readonly string[]): Promise<SignInTexts> {
  try {
    return (await LANGUAGES[chooseLanguage(wanted)]()).default;
  } catch {
    // A language that cannot be fetched is no reason not to sign in.
    return en;
  }
}

/** The tag of the first wanted language that there is, by the part before the region; else `en`. */
export function chooseLanguage(wanted: readonly string[]): string {
  const primary = (tag: string) => tag.toLowerCase().split('-')[0];
  for (const tag of wanted) {
    const found = LANGUAGE_TAGS.find((each) => primary(each) === primary(tag));
    if (found) return found;
  }
  return 'en';
}
