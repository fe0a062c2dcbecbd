import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  ViewEncapsulation,
  afterRenderEffect,
  computed,
  input,
  model,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { CodeAlphabet } from '../auth/code-challenge';
import { normaliseCode } from './normalise-code';

interface Selection {
  readonly start: number;
  readonly end: number;
}

/**
 * A one-time code field: one real input, with slots painted behind its characters. So label,
 * selection, undo, paste, autofill, dictation and screen readers work as in any text field.
 */
@Component({
  selector: 'si-otp-input',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  host: { '(document:selectionchange)': 'mirrorSelection()' },
  template: `
    <div
      class="si-otp"
      dir="ltr"
      [style.--si-length]="length()"
      [class.si-otp--invalid]="invalid()"
      [class.si-otp--busy]="readonly()"
    >
      <div class="si-otp__slots" aria-hidden="true">
        @for (slot of slots(); track $index) {
          <span class="si-otp__slot" [class.si-otp__slot--active]="slot.active"></span>
        }
      </div>
      <!-- No maxlength: the browser would cut a pasted "123 456" before anyone could read it.
           Read-only while busy, not disabled: disabling would take the focus away. -->
      <div class="si-otp__clip">
        <input
          #field
          class="si-otp__input"
          type="text"
          autocomplete="one-time-code"
          autocorrect="off"
          spellcheck="false"
          enterkeyhint="done"
          translate="no"
          aria-required="true"
          [id]="inputId()"
          [name]="name()"
          [attr.inputmode]="alphabet() === 'digits' ? 'numeric' : 'text'"
          [attr.autocapitalize]="alphabet() === 'digits' ? 'off' : 'characters'"
          [readOnly]="readonly()"
          [value]="value()"
          [attr.aria-invalid]="invalid() || null"
          [attr.aria-describedby]="describedBy() || null"
          (input)="onInput()"
          (paste)="onPaste($event)"
          (beforeinput)="onBeforeInput($event)"
          (focus)="onFocus()"
          (blur)="selection.set(null)"
        />
      </div>
    </div>
  `,
})
export class OtpInput {
  readonly length = input(6);
  readonly alphabet = input<CodeAlphabet>('digits');
  readonly inputId = input('code');
  readonly name = input('code');
  readonly invalid = input(false);
  readonly readonly = input(false);
  /** Ids of the elements that describe the field. */
  readonly describedBy = input('');
  readonly value = model('');

  /** Once for each full code, however it got there. */
  readonly codeCompleted = output<string>();

  protected readonly selection = signal<Selection | null>(null);
  protected readonly slots = computed(() => {
    const selection = this.selection();
    return Array.from({ length: this.length() }, (_, index) => ({
      active:
        selection !== null &&
        (index === selection.start || (index > selection.start && index < selection.end)),
    }));
  });

  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');

  constructor() {
    // Browsers announce a selection that a person moves, and not one that a new value moves.
    afterRenderEffect(() => {
      this.value();
      untracked(() => this.mirrorSelection());
    });
  }

  private get element(): HTMLInputElement {
    return this.field().nativeElement;
  }

  focus(): void {
    this.element.focus();
  }

  /** So that the next key or paste replaces the code. */
  selectAll(): void {
    this.element.focus();
    this.element.setSelectionRange(0, this.element.value.length);
  }

  protected onInput(): void {
    const element = this.element;
    const before = this.value();
    const caret = this.normalise(element.value.slice(0, element.selectionStart ?? 0)).length;
    const value = this.normalise(element.value);
    if (element.value !== value) {
      element.value = value;
      element.setSelectionRange(caret, caret);
    }
    this.value.set(value);
    this.mirrorSelection();
    if (value.length === this.length() && value !== before) this.codeCompleted.emit(value);
  }

  /** A whole code replaces what is there, wherever the caret stands; the browser does the rest. */
  protected onPaste(event: ClipboardEvent): void {
    const pasted = this.normalise(event.clipboardData?.getData('text') ?? '');
    if (pasted.length === this.length() && !this.readonly()) this.selectAll();
  }

  /** One more key in a full field starts over, instead of being dropped. */
  protected onBeforeInput(event: InputEvent): void {
    const element = this.element;
    const full = element.value.length >= this.length();
    const collapsed = element.selectionStart === element.selectionEnd;
    if (event.inputType === 'insertText' && full && collapsed) this.selectAll();
  }

  protected onFocus(): void {
    if (this.element.value.length >= this.length()) this.selectAll();
    this.mirrorSelection();
  }

  protected mirrorSelection(): void {
    const element = this.element;
    if (element.ownerDocument.activeElement !== element) return;
    const start = Math.min(element.selectionStart ?? 0, this.length() - 1);
    const end = Math.max(element.selectionEnd ?? start, start);
    const shown = this.selection();
    if (shown?.start !== start || shown.end !== end) this.selection.set({ start, end });
  }

  private normalise(text: string): string {
    return normaliseCode(text, this.length(), this.alphabet());
  }
}
