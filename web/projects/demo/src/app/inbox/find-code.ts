/**
 * The sign-in code in a mail's text, where there is one: a line of its own, else a single run of
 * digits that is long enough.
 */
export function findCode(text: string): string | null {
  const line = /^\s*([0-9]{6,12}|(?=[A-Z]*[0-9])[0-9A-Z]{6,12})\s*$/m.exec(text);
  if (line) return line[1];
  const runs = new Set(text.match(/(?<![\w.@-])[0-9]{6,12}(?![\w@-])/g));
  return runs.size === 1 ? [...runs][0] : null;
}
