import { drawing, h, set, show, write } from './dom.js';
import type { Scene } from './view.js';

/** Ids differ even between elements, so that it does not matter which of them share a shadow root. */
let made = 0;

export function uniqueId(): string {
  made += 1;
  return `si-${made}`;
}

/** A step's heading and the sentence below it. */
export class Heading {
  readonly title = h('h1', 'title', { tabindex: -1 });
  readonly lead = h('p', 'lead');
  readonly element = h('div', 'heading', {}, this.title, this.lead);

  update({ said, headingLevel }: Scene): void {
    set(this.title, 'aria-level', headingLevel);
    write(this.title, said.title);
    // The code's form sets the address apart.
    if (!this.lead.childElementCount) write(this.lead, said.lead);
  }
}

/** A live region that is there before its text. */
export interface Message {
  readonly element: HTMLElement;
  say(text: string): void;
}

/** What went wrong, with its sign. */
export function alert(name: string): Message {
  const text = h('span');
  const icon = drawing(
    20,
    'si-icon',
    'M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm-.9 4h1.8v5H9.1V6Zm.9 8.3a1.1 1.1 0 1 1 0-2.2 1.1 1.1 0 0 1 0 2.2Z',
  );
  const line = h('p', name, { part: 'error' }, icon, text);
  const element = h('div', 'live', { role: 'alert' });
  return {
    element,
    say: (words) => {
      write(text, words);
      if (!words) line.remove();
      else if (!line.isConnected) element.append(line);
    },
  };
}

/** What only a screen reader says. */
export function whisper(): HTMLElement {
  return h('div', 'visually-hidden', { role: 'status' });
}

/** A text button that is no form's own. */
export function link(click: () => void): HTMLButtonElement {
  return h('button', 'link', { type: 'button', '@click': click });
}

/** The form of a step. */
export function form(submit: () => void, ...children: readonly Node[]): HTMLFormElement {
  const quietly = (event: Event) => {
    event.preventDefault();
    submit();
  };
  const props = { method: 'post', novalidate: true, '@submit': quietly };
  return h('form', 'form', props, ...children);
}

/** A labelled text field with its own complaint. */
export class Field {
  readonly input: HTMLInputElement;
  readonly element: HTMLElement;
  readonly id = uniqueId();
  readonly #label = h('label', 'label', { for: this.id });
  readonly #error = h('p', 'field-error', { part: 'error', id: `${this.id}e` });
  readonly #described: string;

  constructor(props: Readonly<Record<string, unknown>>, beside?: Node, described = '') {
    this.#described = described;
    const common = { id: this.id, required: true, autocapitalize: 'off', spellcheck: 'false' };
    this.input = h('input', 'input', { ...common, ...props, '@input': () => this.say('') });
    const wrap = beside ? h('div', 'input-wrap', {}, this.input, beside) : this.input;
    this.element = h('div', 'field', {}, this.#label, wrap, this.#error);
    this.say('');
  }

  label(text: string): void {
    write(this.#label, text);
  }

  say(text: string): void {
    write(this.#error, text);
    show(this.#error, text !== '');
    set(this.input, 'aria-invalid', text !== '' && true);
    const described = `${text && this.#error.id} ${this.#described}`.trim();
    set(this.input, 'aria-describedby', described || null);
  }
}

/** A password with a button that shows it. */
export class PasswordField extends Field {
  readonly #reveal: HTMLButtonElement;
  #words: readonly [show: string, hide: string] = ['', ''];

  constructor(autocomplete: 'current-password' | 'new-password', described = '') {
    const icon = drawing(
      24,
      'si-icon si-icon--line',
      'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z',
      'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
    );
    const turn = () => this.reveal(this.input.type === 'password');
    const reveal = h('button', 'reveal', { type: 'button', '@click': turn }, icon);
    const props = { name: 'password', type: 'password', enterkeyhint: 'go', autocomplete };
    super(props, reveal, described);
    set(reveal, 'aria-controls', this.id);
    this.#reveal = reveal;
  }

  texts(label: string, reveal: string, hide: string): void {
    this.label(label);
    this.#words = [reveal, hide];
    this.reveal(this.input.type === 'text');
  }

  reveal(revealed: boolean): void {
    this.input.type = revealed ? 'text' : 'password';
    set(this.#reveal, 'aria-label', this.#words[revealed ? 1 : 0]);
  }
}

/** The button that submits: its words, and whether it is at work. */
export class SubmitButton {
  readonly #spinner = h('span', 'spinner', { 'aria-hidden': true });
  readonly #text = h('span');
  readonly element = h('button', 'button', { type: 'submit' }, this.#spinner, this.#text);
  /** Says the same to a screen reader while it is at work. */
  readonly status = whisper();

  update(text: string, busy: boolean, still = busy): void {
    write(this.#text, text);
    show(this.#spinner, busy);
    set(this.element, 'aria-disabled', still && true);
  }

  /** For a form that goes on with the next step. */
  proceed({ texts, snapshot }: Scene, busy: boolean): void {
    const text = !busy ? texts.continue : snapshot.slow ? texts.stillWorking : texts.signingIn;
    this.update(text, busy);
    write(this.status, busy ? text : '');
  }
}
