import type { LanguageTag } from '@poolhouse/auth/languages/choose';
import { pages as english } from './en';
import type { PageTexts } from './page-texts';

/** Each language but English is a file of its own, fetched by those who read it. */
const LANGUAGES: Readonly<Record<LanguageTag, () => Promise<{ readonly pages: PageTexts }>>> = {
  ar: () => import('./ar'),
  de: () => import('./de'),
  en: async () => ({ pages: english }),
  es: () => import('./es'),
  fr: () => import('./fr'),
  he: () => import('./he'),
  it: () => import('./it'),
  ja: () => import('./ja'),
  ko: () => import('./ko'),
  nl: () => import('./nl'),
  pl: () => import('./pl'),
  'pt-BR': () => import('./pt-BR'),
  'pt-PT': () => import('./pt-PT'),
  'zh-CN': () => import('./zh-CN'),
  'zh-TW': () => import('./zh-TW'),
};

/** What the pages around the forms say, in the language of the forms, which is one of these. */
export async function loadPageTexts(language: string): Promise<PageTexts> {
  try {
    return (await LANGUAGES[language as LanguageTag]()).pages;
  } catch {
    // A language that cannot be fetched is no reason not to go on.
    return english;
  }
}
