/** The tags of all languages there are. */
export const LANGUAGE_TAGS = [
  'ar',
  'de',
  'en',
  'es',
  'fr',
  'he',
  'it',
  'ja',
  'ko',
  'nl',
  'pl',
  'pt-BR',
  'pt-PT',
  'zh-CN',
  'zh-TW',
] as const;

export type LanguageTag = (typeof LANGUAGE_TAGS)[number];

/** What is written otherwise than the first language of its name, as the mail has it; and an old name. */
const OTHERS: readonly (readonly [RegExp, LanguageTag])[] = [
  [/^zh\b(?!.*-hans\b).*-(hant|hk|mo|tw)\b/, 'zh-TW'],
  [/^pt-(.+-)?(pt|ao|cv|gw|mz|st|tl)\b/, 'pt-PT'],
  [/^iw\b/, 'he'],
];

/** The tag of the first wanted language that there is, by script, region and name; else `en`. */
export function chooseLanguage(wanted: readonly string[]): LanguageTag {
  for (const each of wanted) {
    const tag = each.toLowerCase();
    const primary = tag.split('-')[0];
    const found =
      OTHERS.find(([pattern]) => pattern.test(tag))?.[1] ??
      LANGUAGE_TAGS.find((known) => known.split('-')[0] === primary);
    if (found) return found;
  }
  return 'en';
}
