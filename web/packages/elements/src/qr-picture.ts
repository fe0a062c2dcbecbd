import { QUIET, modulesPath } from '@poolhouse/auth/authenticator';
import { encode } from 'uqr';

/**
 * A QR code, drawn here: what it holds is a secret, which no server that makes pictures is to see. Dark on light, whatever
 * the page is: readers find no code the other way round.
 */
export function qrPicture(text: string, label: string): Element {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET });
  const svg = (tag: string, props: Readonly<Record<string, string>>, ...children: Element[]) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const each of Object.entries(props)) made.setAttribute(...each);
    made.append(...children);
    return made;
  };
  const props = { viewBox: `0 0 ${size} ${size}`, width: '224', role: 'img', 'aria-label': label };
  return svg(
    'svg',
    { ...props, 'shape-rendering': 'crispEdges' },
    svg('rect', { fill: '#fff', width: '100%', height: '100%' }),
    svg('path', { fill: '#000', d: modulesPath(data) }),
  );
}
