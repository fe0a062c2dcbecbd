/** What few sign-ins come to, and its words: a first password, an end before it succeeded. */
export { RARE_ENGLISH, sayRare } from '@poolhouse/auth/rare-texts';
export { passwordView } from './password-view.js';
export { RULES } from './generated/rules.js';
