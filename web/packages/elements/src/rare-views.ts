import { factorView } from './factor-view.js';
import type { Kit } from './kit.js';
import { passwordView } from './password-view.js';
import type { Scene } from './view.js';

/** What few sign-ins come to, and its words: a first password, a second factor, an end before it succeeded. */
export { RARE_ENGLISH, sayRare } from '@poolhouse/auth/rare-texts';
export { RULES } from './generated/rules.js';

/** The forms of these steps, by the steps' names. */
export function viewsOf(kit: Kit) {
  return {
    'new-password': (scene: Scene) => passwordView(scene, kit),
    factor: (scene: Scene) => factorView(scene, kit),
  };
}
