let created = 0;

/** An element id that no other form of this library on the page has. */
export function uniqueId(name: string): string {
  created += 1;
  return `si-${name}-${created}`;
}
