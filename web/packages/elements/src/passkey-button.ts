import type { SignInFlow } from '@poolhouse/auth';
import type { SignInTexts } from '@poolhouse/auth/common-texts';
import { COMMON_ENGLISH } from '@poolhouse/auth/common-texts';
import { RARE_ENGLISH } from '@poolhouse/auth/rare-texts';
import { Base, h, set, styledRoot, write } from './dom.js';
import { link } from './parts.js';

/** The element around it, as far as this one goes. */
interface Host extends HTMLElement {
  readonly flow: SignInFlow;
  readonly options: { texts?: Partial<SignInTexts> };
}

/**
 * `<ph-passkey-button slot="links">` in `<ph-sign-in>`: signs in with a passkey in place of the password, as whom the email
 * field says. For app clients that allow `ALLOW_USER_AUTH`, in pools with passkeys.
 */
export class PhPasskeyButton extends Base {
  readonly #button = link(() => void this.#begin());
  readonly #said = h('p', 'field-error', { part: 'error' });
  #leave: (() => void) | undefined;

  constructor() {
    super();
    const box = h('div', 'live', { role: 'alert' }, this.#said);
    styledRoot(this).append(h('div', 'links', {}, this.#button), box);
  }

  connectedCallback(): void {
    // The element around it may be upgraded after this one.
    void customElements.whenDefined('ph-sign-in').then(() => {
      this.#leave = this.#host?.flow.subscribe(this.#render);
      this.#render();
    });
  }

  disconnectedCallback(): void {
    this.#leave?.();
  }

  get #host(): Host | null {
    return this.closest<Host>('ph-sign-in');
  }

  get #texts(): SignInTexts {
    return { ...COMMON_ENGLISH, ...RARE_ENGLISH, ...this.#host?.options.texts };
  }

  readonly #render = (): void => {
    const state = this.#host?.flow.state;
    write(this.#button, this.#texts.passkey);
    set(this.#button, 'aria-disabled', state?.step === 'credentials' && state.busy);
  };

  #begin(): void {
    const host = this.#host;
    const field = host?.shadowRoot?.querySelector<HTMLInputElement>('input[name=username]');
    const name = field?.value.trim() ?? '';
    const { emailMissing, usernameMissing } = this.#texts;
    const missing = field?.type === 'email' ? emailMissing : usernameMissing;
    write(this.#said, name ? '' : missing);
    if (name) void host?.flow.signInWithPasskey(name);
    else field?.focus();
  }
}

if (globalThis.customElements && !customElements.get('ph-passkey-button'))
  customElements.define('ph-passkey-button', PhPasskeyButton);

declare global {
  interface HTMLElementTagNameMap {
    'ph-passkey-button': PhPasskeyButton;
  }
}
