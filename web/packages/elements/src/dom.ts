import { CSS } from './generated/sheet.js';

/** A server that renders may import the elements; it just has none to show. */
export const Base: typeof HTMLElement = globalThis.HTMLElement ?? (Object as never);

type Props = Readonly<Record<string, unknown>>;

/**
 * An element. Its name is its class for the forms' sheet, and its part for a page's: `title` is
 * `.si-title` and `::part(title)`. Props are attributes, and listeners as `@click`.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name = '',
  props: Props = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const named = name && { class: name.replace(/\S+/g, 'si-$&'), part: name.split(' ')[0] };
  return dress(document.createElement(tag), { ...named, ...props }, children);
}

/** A drawing that says nothing to a screen reader. */
export function drawing(size: number, name: string, ...shapes: readonly string[]): Element {
  const svg = (tag: string, props: Props, ...children: readonly Node[]) =>
    dress(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);
  const paths = shapes.map((d) => svg('path', { d }));
  return svg('svg', { viewBox: `0 0 ${size} ${size}`, class: name, 'aria-hidden': true }, ...paths);
}

function dress<T extends Element>(
  element: T,
  props: Props,
  children: readonly (Node | string)[],
): T {
  for (const [name, value] of Object.entries(props)) {
    if (name[0] === '@') element.addEventListener(name.slice(1), value as EventListener);
    else set(element, name, value);
  }
  element.append(...children);
  return element;
}

/** Sets an attribute, or removes it where there is no value: `null`, `false` or an empty text. */
export function set(element: Element, name: string, value: unknown): void {
  if (value || value === 0) element.setAttribute(name, String(value));
  else element.removeAttribute(name);
}

/** Says a text, or nothing. An unchanged one is left alone, or it would be announced again. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element: HTMLElement, shown: unknown): void {
  element.hidden = !shown;
}

let sheet: CSSStyleSheet | undefined;

/** A shadow root with the forms' look, in a sheet that all share: no `<style>`, so no CSP rule. */
export function styledRoot(host: HTMLElement): ShadowRoot {
  const root = host.attachShadow({ mode: 'open', delegatesFocus: true });
  if (!sheet) {
    sheet = new CSSStyleSheet();
    const dark = globalThis.CSS.supports('color', 'light-dark(#000,#fff)');
    // Browsers that do not know the function show the light colours.
    sheet.replaceSync(dark ? CSS : CSS.replace(/light-dark\((#\w+),[^)]*\)/g, '$1'));
  }
  root.adoptedStyleSheets = [sheet];
  return root;
}

/** More of the look, for a form that is fetched later. */
export function addStyles(rule: string): void {
  sheet?.insertRule(rule, sheet.cssRules.length);
}
