/**
 * What people do for themselves beside signing in: an entry of its own, for a page that only signs in needs none of it.
 */
export { Account } from './account/account.js';
export type { AccountCalls, Device, Passkey, Profile, UserSession } from './account/account.js';
export type { CodeDelivery, PoolSource } from './account/calls.js';
export { SelfService } from './account/self-service.js';
export type { NewUser, SelfServiceCalls, SignUpResult } from './account/self-service.js';
export { PasskeyError } from './account/passkeys.js';
export { accountProblem } from './account/problem.js';
export type { AccountProblem } from './account/problem.js';
export { authenticatorUri, spacedKey } from './account/authenticator.js';
export { problemSentence } from './account/texts.js';
export type { AccountTexts } from './account/texts.js';
export { attributeField } from './account/attribute-field.js';
export type { AttributeField } from './account/attribute-field.js';
