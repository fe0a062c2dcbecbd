/** What the forms of sign-up, forgotten passwords and the account share. Apps find what is for them in those entries. */
export { injectAllTexts } from './all-texts';
export { AccountSection } from './account-section';
export { CodeField } from './code-field';
export { NewPasswordField, isOwn } from './new-password-field';
export { ACCOUNT, ACCOUNT_TEXTS, SELF_SERVICE, provideAccountTexts } from './provide-account';
export { ResendLink } from './resend-link';
export { Task } from './task';
export { TextField } from './text-field';
export { followTitle } from './title';
