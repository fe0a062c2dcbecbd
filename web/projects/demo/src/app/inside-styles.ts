/** Fetches the styles of the pages behind the sign-in, once; they count for both. */
export async function loadInsideStyles(): Promise<void> {
  if (document.querySelector('link[href="inside.css"]')) return;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = 'inside.css';
  // Without them the page reads badly, and works.
  const settled = new Promise<void>((resolve) => (link.onload = link.onerror = () => resolve()));
  document.head.append(link);
  await settled;
}
