export { AuthSession } from './auth-session.js';
export type { SessionOptions } from './auth-session.js';
export { readClaims } from './claims.js';
export { memoryStore, webStore } from './session-store.js';
export type { SessionStore, StoredSession } from './session-store.js';
