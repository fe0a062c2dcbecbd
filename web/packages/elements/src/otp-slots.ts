import type { CodeAlphabet } from '@poolhouse/auth';
import { OtpField } from '@poolhouse/auth/otp-field';
import { h, set } from './dom.js';

/** What the code field says to the form around it. */
export interface OtpEvents {
  changed(value: string): void;
  completed(value: string): void;
  tooLong(): void;
}

/** One input over painted slots: the field of both elements. */
export class OtpSlots {
  length = 6;
  alphabet: CodeAlphabet = 'digits';
  readonly input: HTMLInputElement;
  readonly element: HTMLElement;
  readonly #slots = h('div', 'otp__slots', { 'aria-hidden': true });
  readonly #field: OtpField;

  constructor(events: OtpEvents) {
    this.input = h('input', 'otp__input', {
      part: 'otp-input',
      autocomplete: 'one-time-code',
      autocorrect: 'off',
      spellcheck: 'false',
      enterkeyhint: 'done',
      translate: 'no',
      'aria-required': true,
    });
    const clip = h('div', 'otp__clip', {}, this.input);
    this.element = h('div', 'otp', { dir: 'ltr' }, this.#slots, clip);
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- for the getters below.
    const self = this;
    this.#field = new OtpField(this.input, {
      get length() {
        return self.length;
      },
      get alphabet() {
        return self.alphabet;
      },
      get readonly() {
        return self.input.readOnly;
      },
      ...events,
      selected: (at) => {
        [...this.#slots.children].forEach((slot, index) => {
          const active =
            at !== null && (index === at.start || (index > at.start && index < at.end));
          slot.classList.toggle('si-otp__slot--active', active);
        });
      },
    });
    this.shape(6, 'digits');
  }

  shape(length: number, alphabet: CodeAlphabet): void {
    const digits = alphabet === 'digits';
    this.length = length;
    this.alphabet = alphabet;
    set(this.input, 'inputmode', digits ? 'numeric' : 'text');
    set(this.input, 'autocapitalize', digits ? 'off' : 'characters');
    if (this.#slots.childElementCount === length) return;
    // By the object model: a `style` attribute would need leave from the page's policy.
    this.element.style.setProperty('--si-length', String(length));
    const slots = Array.from({ length }, () => h('span', 'otp__slot', { part: 'slot' }));
    this.#slots.replaceChildren(...slots);
  }

  get value(): string {
    return this.#field.value;
  }

  set value(value: string) {
    this.#field.value = value;
  }

  state(invalid: boolean, readonly: boolean): void {
    set(this.input, 'aria-invalid', invalid && true);
    this.input.readOnly = readonly;
    this.element.classList.toggle('si-otp--invalid', invalid);
    this.element.classList.toggle('si-otp--busy', readonly || this.input.disabled);
  }

  selectAll(): void {
    this.#field.selectAll();
  }

  readonly mirror = (): void => this.#field.mirrorSelection();
}
