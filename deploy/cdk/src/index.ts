export { ConfirmCode } from './confirm-code.js';
export type { ConfirmCodeProps, Locale, MailProps, NetworkProps } from './props.js';
