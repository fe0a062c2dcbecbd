import { drawing, h, write } from './dom.js';
import { Heading, alert } from './parts.js';
import type { Scene, View } from './view.js';

/** Over before it succeeded: why, and a new start. */
export function endedView({ flow }: Scene): View {
  const heading = new Heading();
  const problem = alert('panel');
  const again = h('button', 'button', { type: 'button', '@click': () => flow.reset() });
  return {
    element: h('div', 'form', {}, heading.element, problem.element, again),
    update: (scene) => {
      heading.update(scene);
      problem.say(scene.said.error);
      write(again, scene.texts.startAgain);
    },
    focus: () => heading.title.focus(),
  };
}

/** It worked. Taking the person onwards is the page's part. */
export function doneView(): View {
  const heading = new Heading();
  const tick = drawing(
    48,
    'si-tick',
    'M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40Zm-9 20.5 6.5 6.5L33.5 18',
  );
  return {
    element: h('div', 'form done', {}, tick, heading.element),
    update: (scene) => heading.update(scene),
    focus: () => heading.title.focus(),
  };
}
