import { drawing, h, set, write } from './dom.js';
import { alert } from './parts.js';
import type { Scene, View } from './view.js';

/** Over before it succeeded: why, and a new start. */
export function endedView({ flow }: Scene): View {
  const title = h('h1', { class: 'si-title', part: 'title', tabindex: '-1' });
  const problem = alert('si-panel');
  const again = h('button', {
    class: 'si-button',
    part: 'button',
    type: 'button',
    '@click': () => flow.reset(),
  });
  return {
    element: h('div', { class: 'si-form' }, title, problem.element, again),
    update: ({ texts, said, headingLevel }) => {
      set(title, 'aria-level', headingLevel);
      write(title, texts.endedTitle);
      problem.say(said.error);
      write(again, texts.startAgain);
    },
    focus: () => title.focus(),
  };
}

/** It worked. Taking the person onwards is the page's part. */
export function doneView(): View {
  const title = h('h1', { class: 'si-title', part: 'title', tabindex: '-1' });
  const lead = h('p', { class: 'si-lead', part: 'lead' });
  const tick = drawing(
    '0 0 48 48',
    'si-tick',
    'M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40Z',
    'm15 24.5 6.5 6.5L33.5 18',
  );
  return {
    element: h('div', { class: 'si-form si-done' }, tick, title, lead),
    update: ({ texts, headingLevel }) => {
      set(title, 'aria-level', headingLevel);
      write(title, texts.doneTitle);
      write(lead, texts.doneLead);
    },
    focus: () => title.focus(),
  };
}
