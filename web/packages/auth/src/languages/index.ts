import type { SignInTexts } from '../texts.js';
import { type LanguageTag, chooseLanguage } from './choose.js';
import en from './en.js';

export { LANGUAGE_TAGS, chooseLanguage } from './choose.js';
export type { LanguageTag } from './choose.js';

/** Each language but English is a file of its own, fetched by those who read it. */
const LANGUAGES: Readonly<Record<LanguageTag, () => Promise<{ readonly default: SignInTexts }>>> = {
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
  'pt-PT': () => import('./pt-PT.js'),
  'zh-CN': () => import('./zh-CN.js'),
  'zh-TW': () => import('./zh-TW.js'),
};

/** The texts in the first of the wanted languages that there is: `loadTexts(navigator.languages)`. */
export async function loadTexts(wanted: readonly string[]): Promise<SignInTexts> {
  try {
    return (await LANGUAGES[chooseLanguage(wanted)]()).default;
  } catch {
    // A language that cannot be fetched is no reason not to sign in.
    return en;
  }
}
