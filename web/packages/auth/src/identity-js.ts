/**
 * The part of amazon-cognito-identity-js that this sign-in uses, by the same names: change the
 * import, and a page keeps working. What is not here is not needed for it, or not supported.
 */
export { AuthenticationDetails } from './identity-js/details.js';
export type { AuthenticationDetailsData } from './identity-js/details.js';
export { CognitoUserPool } from './identity-js/pool.js';
export type { CognitoUserPoolData } from './identity-js/pool.js';
export { CognitoUserSession, CognitoJwtToken } from './identity-js/session.js';
export { CognitoUser } from './identity-js/user.js';
export type { AuthenticationCallbacks, CognitoUserData } from './identity-js/user.js';
