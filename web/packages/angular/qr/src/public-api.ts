/** The picture of an authenticator app's key, for the account and for a set-up in the middle of a sign-in. */
export { QrPicture } from './qr-picture';
