import type { CodeAlphabet } from './code-challenge.js';
import { normaliseCode, symbolsIn } from './normalise-code.js';

/** The part of the code that the caret, or the selection, stands at. */
export interface OtpSelection {
  readonly start: number;
  readonly end: number;
}

/** What the field around an `OtpField` is told. */
export interface OtpFieldHost {
  length(): number;
  alphabet(): CodeAlphabet;
  readonly(): boolean;
  /** The code so far, normalised. */
  changed(value: string): void;
  /** Once for each full code, however it got there. */
  completed(value: string): void;
  /** More was pasted than a code has; nothing is taken over but the beginning. */
  tooLong(): void;
  selected(selection: OtpSelection | null): void;
}

/**
 * What a text input needs to be a one-time code field: normalises what is typed, pasted or filled
 * in, replaces instead of dropping, says where the caret is. It never sets `maxlength`: a browser
 * would cut a pasted "123 456" before anyone could read it.
 */
export class OtpField {
  readonly #input: HTMLInputElement;
  readonly #host: OtpFieldHost;
  #value = '';

  constructor(input: HTMLInputElement, host: OtpFieldHost) {
    this.#input = input;
    this.#host = host;
    input.addEventListener('input', () => this.#onInput());
    input.addEventListener('paste', (event) => this.#onPaste(event));
    input.addEventListener('beforeinput', (event) => this.#onBeforeInput(event));
    input.addEventListener('focus', () => {
      if (this.#isFull) this.selectAll();
      this.mirrorSelection();
    });
    input.addEventListener('blur', () => this.#host.selected(null));
    // Typed before any script ran.
    this.#value = this.#normalise(input.value);
  }

  get value(): string {
    return this.#value;
  }

  set value(value: string) {
    this.#value = value;
    if (this.#input.value !== value) this.#input.value = value;
    this.mirrorSelection();
  }

  /** So that the next key or paste replaces the code. */
  selectAll(): void {
    this.#input.focus();
    this.#input.setSelectionRange(0, this.#input.value.length);
  }

  /** To be called when the document's selection changes. */
  mirrorSelection(): void {
    const input = this.#input;
    if ((input.getRootNode() as Document).activeElement !== input) return;
    const start = Math.min(input.selectionStart ?? 0, this.#host.length() - 1);
    const end = Math.max(input.selectionEnd ?? start, start);
    this.#host.selected({ start, end });
  }

  get #isFull(): boolean {
    return this.#input.value.length >= this.#host.length();
  }

  #onInput(): void {
    const input = this.#input;
    const before = this.#value;
    const caret = this.#normalise(input.value.slice(0, input.selectionStart ?? 0)).length;
    const value = this.#normalise(input.value);
    const length = this.#host.length();
    // One long run is no code with something around it.
    const long =
      value.length === length &&
      symbolsIn(input.value, this.#host.alphabet()) > length &&
      isOneRun(input.value);
    if (input.value !== value) {
      input.value = value;
      input.setSelectionRange(caret, caret);
    }
    this.#value = value;
    this.#host.changed(value);
    this.mirrorSelection();
    if (long) this.#host.tooLong();
    else if (value.length === length && value !== before) this.#host.completed(value);
  }

  /** A whole code replaces what is there, wherever the caret stands; the browser does the rest. */
  #onPaste(event: ClipboardEvent): void {
    const pasted = this.#normalise(event.clipboardData?.getData('text') ?? '');
    if (pasted.length === this.#host.length() && !this.#host.readonly()) this.selectAll();
  }

  /** One more key in a full field starts over, instead of being dropped. */
  #onBeforeInput(event: InputEvent): void {
    const collapsed = this.#input.selectionStart === this.#input.selectionEnd;
    if (event.inputType === 'insertText' && this.#isFull && collapsed) this.selectAll();
  }

  #normalise(text: string): string {
    return normaliseCode(text, this.#host.length(), this.#host.alphabet());
  }
}

/** Whether there is nothing but symbols, and spaces or dashes between them. */
function isOneRun(text: string): boolean {
  return /^[\p{Nd}A-Za-z\s\u00A0\-\u2010-\u2013]+$/u.test(text.normalize('NFKC'));
}
