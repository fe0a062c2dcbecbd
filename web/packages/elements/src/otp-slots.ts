import type { CodeAlphabet } from '@poolhouse/auth';
import { OtpField, type OtpFieldHost } from '@poolhouse/auth/otp-field';
import { h, set } from './dom.js';

/** What the code field says to the form around it. */
export type OtpEvents = Pick<OtpFieldHost, 'changed' | 'completed' | 'tooLong'>;

/** One input over painted slots: the field of both elements. */
export interface OtpSlots {
  readonly input: HTMLInputElement;
  readonly element: HTMLElement;
  readonly length: number;
  value: string;
  shape(length: number, alphabet: CodeAlphabet): void;
  state(invalid: boolean, readonly: boolean): void;
  selectAll(): void;
  /** To be called when the document's selection changes. */
  mirror(): void;
}

export function otpSlots(events: OtpEvents): OtpSlots {
  let length = 0;
  let alphabet: CodeAlphabet = 'digits';
  const input = h('input', 'otp__input', {
    part: 'otp-input',
    autocomplete: 'one-time-code',
    autocorrect: 'off',
    spellcheck: 'false',
    enterkeyhint: 'done',
    translate: 'no',
    'aria-required': true,
  });
  const row = h('div', 'otp__slots', { 'aria-hidden': true });
  const element = h('div', 'otp', { dir: 'ltr' }, row, h('div', 'otp__clip', {}, input));
  const field = new OtpField(input, {
    ...events,
    length: () => length,
    alphabet: () => alphabet,
    readonly: () => input.readOnly,
    selected: (at) => {
      [...row.children].forEach((slot, index) => {
        const active = at !== null && (index === at.start || (index > at.start && index < at.end));
        slot.classList.toggle('si-otp__slot--active', active);
      });
    },
  });
  const slots: OtpSlots = {
    input,
    element,
    get length() {
      return length;
    },
    get value() {
      return field.value;
    },
    set value(value) {
      field.value = value;
    },
    shape: (newLength, newAlphabet) => {
      const digits = newAlphabet === 'digits';
      alphabet = newAlphabet;
      set(input, 'inputmode', digits ? 'numeric' : 'text');
      set(input, 'autocapitalize', digits ? 'off' : 'characters');
      if (newLength === length) return;
      length = newLength;
      // By the object model: a `style` attribute would need leave from the page's policy.
      element.style.setProperty('--si-length', String(length));
      row.replaceChildren(
        ...Array.from({ length }, () => h('span', 'otp__slot', { part: 'slot' })),
      );
    },
    state: (invalid, readonly) => {
      set(input, 'aria-invalid', invalid);
      input.readOnly = readonly;
      element.classList.toggle('si-otp--invalid', invalid);
      element.classList.toggle('si-otp--busy', readonly || input.disabled);
    },
    selectAll: () => field.selectAll(),
    mirror: () => field.mirrorSelection(),
  };
  slots.shape(6, 'digits');
  return slots;
}
