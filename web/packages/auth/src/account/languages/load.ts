import type { LanguageTag } from '../../languages/choose.js';
import type { AccountTexts } from '../texts.js';
import en from './en.js';

type Module = Promise<{ readonly default: AccountTexts }>;

/** Each language but English is a file of its own, fetched by those who read it. */
const LANGUAGES: Readonly<Record<LanguageTag, () => Module>> = {
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

/** The texts of the account in one language; in English where they cannot be had. */
export async function accountTextsIn(tag: string): Promise<AccountTexts> {
  try {
    // There is nothing by the name of a language that these texts do not know.
    return (await LANGUAGES[tag as LanguageTag]()).default;
  } catch {
    // A language that cannot be fetched is no reason not to go on.
    return en;
  }
}
