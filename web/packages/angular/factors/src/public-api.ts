/** The steps of a second factor, a choice, a set-up and a passkey: `<si-sign-in>` fetches them when one is asked for. */
export { FactorForm } from './factor-form';
export { FactorStep } from './factor-step';
export { PasskeyButton } from './passkey-button';
