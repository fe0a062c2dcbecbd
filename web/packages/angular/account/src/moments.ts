/** A moment in words of the language; empty where there is none. */
export function momentIn(language: string, moment: Date | null): string {
  if (!moment) return '';
  // As it is written where the reader is, where that is the same language: `en-GB` for `en`.
  const own = typeof navigator === 'object' ? navigator.languages : [];
  const name = language.split('-')[0];
  const tag = own.find((each) => each.split('-')[0] === name) ?? language;
  return new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'short' }).format(moment);
}
