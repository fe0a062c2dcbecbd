import { drawing, h, write } from './dom.js';
import { heading, alert } from './parts.js';
import type { Scene, View } from './view.js';

/** Over before it succeeded: why, and a new start. */
export function endedView({ flow }: Scene): View {
  const top = heading();
  const problem = alert('panel');
  const again = h('button', 'button', { type: 'button', '@click': () => flow.reset() });
  return {
    element: h('div', 'form', {}, top.element, problem.element, again),
    update: (scene) => {
      top.update(scene);
      problem.say(scene.said.error);
      write(again, scene.texts.startAgain);
    },
    focus: top.focus,
  };
}

/** It worked. Taking the person onwards is the page's part. */
export function doneView(): View {
  const top = heading();
  const tick = drawing(
    48,
    'si-tick',
    'M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40Zm-9 20.5 6.5 6.5L33.5 18',
  );
  return {
    element: h('div', 'form done', {}, tick, top.element),
    update: top.update,
    focus: top.focus,
  };
}
