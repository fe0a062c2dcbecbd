import { codeView } from './code-view.js';
import { passwordView } from './password-view.js';

export const VIEWS = { code: codeView, 'new-password': passwordView };
