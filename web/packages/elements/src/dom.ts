import { CSS } from './generated/sheet.js';

/** A server that renders may import the elements; it just has none to show. */
export const Base: typeof HTMLElement = globalThis.HTMLElement ?? (Object as never);

type Props = Readonly<Record<string, unknown>>;
type Child = Node | string | null | false;

const SVG = 'http://www.w3.org/2000/svg';

/** An element: attributes by their names, properties by `.name`, listeners by `@name`. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return dress(document.createElement(tag), props, children) as HTMLElementTagNameMap[K];
}

/** A drawing that says nothing to a screen reader. */
export function drawing(viewBox: string, className: string, ...shapes: readonly string[]): Element {
  const svg = document.createElementNS(SVG, 'svg');
  const paths = shapes.map((d) => dress(document.createElementNS(SVG, 'path'), { d }, []));
  return dress(svg, { viewBox, class: className, 'aria-hidden': 'true' }, paths);
}

function dress(element: Element, props: Props, children: readonly Child[]): Element {
  for (const [name, value] of Object.entries(props)) {
    if (name[0] === '@') element.addEventListener(name.slice(1), value as EventListener);
    else if (name[0] === '.') Object.assign(element, { [name.slice(1)]: value });
    else set(element, name, value);
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

/** Sets an attribute, or removes it where the value is `null`, `false` or empty. */
export function set(element: Element, name: string, value: unknown): void {
  const text = value === true ? '' : value;
  if (text === null || text === undefined || text === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(text)) element.setAttribute(name, String(text));
}

/** Says a text, or nothing. An unchanged one is left alone, or it would be announced again. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element: HTMLElement, shown: boolean): void {
  element.hidden = !shown;
}

let sheet: CSSStyleSheet | undefined;

/** A shadow root with the forms' look, in a sheet that all share: no `<style>`, so no CSP rule. */
export function styledRoot(host: HTMLElement): ShadowRoot {
  const root = host.attachShadow({ mode: 'open', delegatesFocus: true });
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  root.adoptedStyleSheets = [sheet];
  return root;
}
