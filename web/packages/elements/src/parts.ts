import { drawing, h, set, show, write } from './dom.js';

/** Ids differ even between elements, so that it does not matter which of them share a shadow root. */
let made = 0;

export function uniqueId(name: string): string {
  made += 1;
  return `${name}-${made}`;
}

/** A live region that is there before its text. */
export interface Message {
  readonly element: HTMLElement;
  say(text: string): void;
}

function alertIcon(): Element {
  return drawing(
    '0 0 20 20',
    'si-icon',
    'M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm-.9 4h1.8v5H9.1V6Zm.9 8.3a1.1 1.1 0 1 1 0-2.2 1.1 1.1 0 0 1 0 2.2Z',
  );
}

/** What went wrong, with its sign. */
export function alert(className: string): Message {
  const text = h('span');
  const line = h('p', { class: className, part: 'error' }, alertIcon(), text);
  const element = h('div', { role: 'alert', class: 'si-live' });
  return {
    element,
    say: (words) => {
      write(text, words);
      if (words && !line.isConnected) element.append(line);
      if (!words) line.remove();
    },
  };
}

/** A field's own complaint, tied to the field. */
export class FieldError {
  readonly element: HTMLParagraphElement;
  readonly #input: HTMLElement;
  readonly #described: string;

  constructor(input: HTMLElement, described = '') {
    this.#input = input;
    this.#described = described;
    this.element = h('p', { class: 'si-field-error', part: 'error', id: uniqueId('error') });
    this.say('');
  }

  say(text: string): void {
    write(this.element, text);
    show(this.element, text !== '');
    set(this.#input, 'aria-invalid', text ? 'true' : null);
    const ids = [text && this.element.id, this.#described].filter(Boolean).join(' ');
    set(this.#input, 'aria-describedby', ids || null);
  }
}

/** A labelled text field. */
export function field(label: HTMLElement, ...below: readonly Node[]): HTMLElement {
  return h('div', { class: 'si-field', part: 'field' }, label, ...below);
}

/** The button that submits: its words, and whether it is at work. */
export class SubmitButton {
  readonly element: HTMLButtonElement;
  readonly #spinner = h('span', { class: 'si-spinner', 'aria-hidden': 'true' });
  readonly #text = h('span');

  constructor() {
    this.element = h(
      'button',
      { class: 'si-button', part: 'button', type: 'submit' },
      this.#spinner,
      this.#text,
    );
  }

  update(text: string, busy: boolean, disabled = busy): void {
    write(this.#text, text);
    show(this.#spinner, busy);
    set(this.element, 'aria-disabled', disabled ? 'true' : null);
  }
}

/** A password with a button that shows it. */
export class PasswordField {
  readonly input: HTMLInputElement;
  readonly element: HTMLElement;
  readonly error: FieldError;
  readonly #label: HTMLLabelElement;
  readonly #reveal: HTMLButtonElement;
  #words: readonly [show: string, hide: string] = ['', ''];

  constructor(autocomplete: 'current-password' | 'new-password', described = '') {
    const id = uniqueId('password');
    this.input = h('input', {
      class: 'si-input',
      part: 'input',
      id,
      name: 'password',
      type: 'password',
      autocomplete,
      autocapitalize: 'off',
      spellcheck: 'false',
      enterkeyhint: 'go',
      required: true,
    });
    this.#label = h('label', { class: 'si-label', part: 'label', for: id });
    this.#reveal = h(
      'button',
      {
        class: 'si-reveal',
        type: 'button',
        'aria-controls': id,
        '@click': () => this.reveal(this.input.type === 'password'),
      },
      drawing(
        '0 0 24 24',
        'si-icon si-icon--line',
        'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z',
        'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
      ),
    );
    this.error = new FieldError(this.input, described);
    const wrap = h('div', { class: 'si-input-wrap' }, this.input, this.#reveal);
    this.element = field(this.#label, wrap, this.error.element);
  }

  texts(label: string, reveal: string, hide: string): void {
    write(this.#label, label);
    this.#words = [reveal, hide];
    this.reveal(this.input.type === 'text');
  }

  reveal(revealed: boolean): void {
    this.input.type = revealed ? 'text' : 'password';
    set(this.#reveal, 'aria-label', this.#words[revealed ? 1 : 0]);
  }
}
