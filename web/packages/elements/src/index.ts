export { PhOtpInput } from './otp-input.js';
export { PhSignIn } from './sign-in.js';
export type { PhSignInOptions } from './sign-in.js';
