import { type LanguageTag, chooseLanguage } from '@poolhouse/auth/languages/choose';
import type { SignInTexts } from '@poolhouse/auth/texts';
import * as english from './en';
import type { PageTexts } from './page-texts';

/** The forms' texts and the pages', in one language. */
export interface DemoTexts {
  readonly forms: SignInTexts;
  readonly pages: PageTexts;
}

/** Each language but English is a file of its own, fetched by those who read it. */
const LANGUAGES: Readonly<Record<LanguageTag, () => Promise<DemoTexts>>> = {
  ar: () => import('./ar'),
  de: () => import('./de'),
  en: async () => english,
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

/** The first of the browser's languages that there is; `?lang=de` asks for one by name. */
export async function loadDemoTexts(): Promise<DemoTexts> {
  const asked = new URLSearchParams(location.search).get('lang');
  try {
    return await LANGUAGES[chooseLanguage(asked ? [asked] : navigator.languages)]();
  } catch {
    // A language that cannot be fetched is no reason not to sign in.
    return english;
  }
}
