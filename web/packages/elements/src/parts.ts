import { drawing, h, set, show, write } from './dom.js';
import type { Scene } from './view.js';

/** Ids differ even between elements, so that it does not matter which of them share a shadow root. */
let made = 0;

export function uniqueId(): string {
  made += 1;
  return `si-${made}`;
}

/** A step's heading and the sentence below it. */
export interface Heading {
  readonly title: HTMLElement;
  readonly lead: HTMLElement;
  readonly element: HTMLElement;
  update(scene: Scene): void;
  focus(): void;
}

export function heading(): Heading {
  const title = h('h1', 'title', { tabindex: -1 });
  const lead = h('p', 'lead');
  return {
    title,
    lead,
    element: h('div', 'heading', {}, title, lead),
    update: ({ said, headingLevel }) => {
      set(title, 'aria-level', headingLevel);
      write(title, said.title);
      // The code's form sets the address apart.
      if (!lead.childElementCount) write(lead, said.lead);
    },
    focus: () => title.focus(),
  };
}

/** A live region that is there before its text. */
export interface Message {
  readonly element: HTMLElement;
  say(text: string): void;
}

/** What went wrong; its sign is the sheet's. */
export function alert(name: string): Message {
  const line = h('p', name, { part: 'error' });
  const element = h('div', 'live', { role: 'alert' });
  return {
    element,
    say: (text) => {
      if (line.textContent === text) return;
      write(line, text);
      element.replaceChildren(...(text ? [line] : []));
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
export interface Field {
  readonly input: HTMLInputElement;
  readonly element: HTMLElement;
  label(text: string): void;
  say(text: string): void;
}

export function field(
  props: Readonly<Record<string, unknown>>,
  described = '',
  beside?: Node,
): Field {
  const id = uniqueId();
  const name = h('label', 'label', { for: id });
  const error = h('p', 'field-error', { part: 'error', id: `${id}e` });
  const say = (text: string): void => {
    write(error, text);
    show(error, text);
    set(input, 'aria-invalid', text !== '');
    set(input, 'aria-describedby', [text && error.id, described].filter(Boolean).join(' '));
  };
  const input = h('input', 'input', {
    id,
    required: true,
    autocapitalize: 'off',
    spellcheck: 'false',
    ...props,
    '@input': () => say(''),
  });
  const wrap = beside ? h('div', 'input-wrap', {}, input, beside) : input;
  say('');
  return {
    input,
    element: h('div', 'field', {}, name, wrap, error),
    label: (text) => write(name, text),
    say,
  };
}

/** A password with a button that shows it. */
export interface PasswordField extends Field {
  texts(label: string, reveal?: string, hide?: string): void;
  hide(): void;
}

export function passwordField(autocomplete: AutoFill, described = ''): PasswordField {
  let words: readonly (string | undefined)[] = [];
  const reveal = (shown: boolean): void => {
    inner.input.type = shown ? 'text' : 'password';
    set(button, 'aria-label', words[Number(shown)]);
  };
  const isShown = () => inner.input.type === 'text';
  const icon = drawing(
    24,
    'si-icon',
    'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z',
    'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
  );
  const turn = () => reveal(!isShown());
  const button = h('button', 'reveal', { type: 'button', '@click': turn }, icon);
  const props = { name: 'password', type: 'password', enterkeyhint: 'go', autocomplete };
  const inner = field(props, described, button);
  set(button, 'aria-controls', inner.input.id);
  return {
    ...inner,
    texts: (label, ...both) => {
      inner.label(label);
      words = both;
      reveal(isShown());
    },
    hide: () => reveal(false),
  };
}

/** The button that submits: its words, and whether it is at work. */
export interface SubmitButton {
  readonly element: HTMLElement;
  /** Says the same to a screen reader while it is at work. */
  readonly status: HTMLElement;
  update(text: string, busy: boolean, still?: boolean): void;
  /** For a form that goes on with the next step. */
  proceed(scene: Scene, busy: boolean): void;
}

export function submitButton(): SubmitButton {
  const spinner = h('span', 'spinner', { 'aria-hidden': true });
  const words = h('span');
  const element = h('button', 'button', { type: 'submit' }, spinner, words);
  const status = whisper();
  const update = (text: string, busy: boolean, still = busy): void => {
    write(words, text);
    show(spinner, busy);
    set(element, 'aria-disabled', still);
  };
  return {
    element,
    status,
    update,
    proceed: ({ texts, snapshot }, busy) => {
      const text = !busy ? texts.continue : snapshot.slow ? texts.stillWorking : texts.signingIn;
      update(text, busy);
      write(status, busy ? text : '');
    },
  };
}
