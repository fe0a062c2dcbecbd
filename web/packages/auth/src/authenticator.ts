/** What the set-up of an authenticator app shows, wherever it is shown. */
export { QUIET, authenticatorUri, modulesPath, spacedKey } from './account/authenticator.js';
