import { otpSlots } from './otp-slots.js';
import { Base, set, styledRoot } from './dom.js';

/**
 * `<ph-otp-input name="code" length="6" label="6-digit code">`: a one-time code field for any form.
 * It takes part in the form as an input does: `value`, validity, reset, disabled, label.
 *
 * Events: `input` and `change` as any field; `code-completed`, once for each full code, with the
 * code in `detail`.
 */
export class PhOtpInput extends Base {
  static readonly formAssociated = true;
  static readonly observedAttributes = [
    'length',
    'alphabet',
    'label',
    'readonly',
    'invalid',
    'required',
    'aria-describedby',
  ];

  readonly #internals = this.attachInternals();
  readonly #slots = otpSlots({
    changed: () => this.#changed(),
    completed: (code) => {
      this.dispatchEvent(new Event('change', { bubbles: true }));
      const options = { detail: code, bubbles: true, composed: true };
      this.dispatchEvent(new CustomEvent('code-completed', options));
    },
    tooLong: () => this.dispatchEvent(new Event('code-too-long', { bubbles: true })),
  });
  #label = '';

  constructor() {
    super();
    styledRoot(this).append(this.#slots.element);
    this.#slots.input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#internals.form?.requestSubmit();
    });
  }

  get value(): string {
    return this.#slots.value;
  }

  set value(value: string) {
    this.#slots.value = value;
    this.#settle();
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  get name(): string {
    return this.getAttribute('name') ?? '';
  }

  get validity(): ValidityState {
    return this.#internals.validity;
  }

  checkValidity(): boolean {
    return this.#internals.checkValidity();
  }

  reportValidity(): boolean {
    return this.#internals.reportValidity();
  }

  /** So that the next key or paste replaces the code. */
  select(): void {
    this.#slots.selectAll();
  }

  connectedCallback(): void {
    document.addEventListener('selectionchange', this.#slots.mirror);
    // A `<label>` around or for the element names the field inside it.
    this.#label = [...this.#internals.labels].map((label) => label.textContent?.trim()).join(' ');
    this.attributeChangedCallback();
  }

  disconnectedCallback(): void {
    document.removeEventListener('selectionchange', this.#slots.mirror);
  }

  attributeChangedCallback(): void {
    const length = Number(this.getAttribute('length')) || 6;
    const letters = this.getAttribute('alphabet') === 'letters';
    this.#slots.shape(length, letters ? 'letters' : 'digits');
    this.#slots.state(this.hasAttribute('invalid'), this.hasAttribute('readonly'));
    set(this.#slots.input, 'aria-label', this.getAttribute('label') || this.#label || null);
    this.#settle();
  }

  formResetCallback(): void {
    this.value = '';
  }

  formDisabledCallback(disabled: boolean): void {
    this.#slots.input.disabled = disabled;
    this.attributeChangedCallback();
  }

  formStateRestoreCallback(state: string): void {
    this.value = state;
  }

  #changed(): void {
    this.#settle();
    this.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  }

  #settle(): void {
    const { value, length, input } = this.#slots;
    this.#internals.setFormValue(value);
    const missing = !value && this.hasAttribute('required');
    const short = value.length > 0 && value.length < length;
    const flags = { valueMissing: missing, tooShort: short };
    const message = this.getAttribute('label') || this.#label || 'code';
    if (missing || short) this.#internals.setValidity(flags, message, input);
    else this.#internals.setValidity({});
  }
}

if (globalThis.customElements && !customElements.get('ph-otp-input'))
  customElements.define('ph-otp-input', PhOtpInput);

declare global {
  interface HTMLElementTagNameMap {
    'ph-otp-input': PhOtpInput;
  }
}
