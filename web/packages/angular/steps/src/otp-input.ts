import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  ViewEncapsulation,
  afterNextRender,
  afterRenderEffect,
  computed,
  input,
  model,
  output,
  signal,
  viewChild,
} from '@angular/core';
import type { CodeAlphabet } from '@poolhouse/auth';
import { OtpField, OtpSelection } from '@poolhouse/auth/otp-field';

/**
 * A one-time code field: one real input, with slots painted behind its characters. So label,
 * selection, undo, paste, autofill, dictation and screen readers work as in any text field.
 */
@Component({
  selector: 'si-otp-input',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  host: { '(document:selectionchange)': 'otp?.mirrorSelection()' },
  template: `
    <div
      class="si-otp"
      dir="ltr"
      [style.--si-length]="length()"
      [class.si-otp--invalid]="invalid()"
      [class.si-otp--busy]="readonly() || disabled()"
    >
      <div class="si-otp__slots" aria-hidden="true">
        @for (slot of slots(); track $index) {
          <span class="si-otp__slot" [class.si-otp__slot--active]="slot"></span>
        }
      </div>
      <!-- Read-only while busy, not disabled: disabling would take the focus away. -->
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
          [disabled]="disabled()"
          [attr.aria-invalid]="invalid() || null"
          [attr.aria-describedby]="describedBy() || null"
          (blur)="touched.emit()"
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
  readonly disabled = model(false);
  /** Ids of the elements that describe the field. */
  readonly describedBy = input('');
  readonly value = model('');

  /** Once for each full code, however it got there. */
  readonly codeCompleted = output<string>();
  /** More was pasted than a code has. */
  readonly tooLong = output();
  readonly touched = output();

  private readonly selection = signal<OtpSelection | null>(null);
  protected readonly slots = computed(() => {
    const { start, end } = this.selection() ?? { start: -1, end: -1 };
    return Array.from(
      { length: this.length() },
      (_, index) => index === start || (index > start && index < end),
    );
  });

  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  protected otp: OtpField | undefined;

  constructor() {
    afterNextRender(() => {
      this.otp = new OtpField(this.field().nativeElement, {
        length: this.length,
        alphabet: this.alphabet,
        readonly: this.readonly,
        changed: (value) => this.value.set(value),
        completed: (value) => this.codeCompleted.emit(value),
        tooLong: () => this.tooLong.emit(),
        selected: (next) => {
          const shown = this.selection();
          if (shown?.start !== next?.start || shown?.end !== next?.end) this.selection.set(next);
        },
      });
      // What was typed before this page was alive stays.
      if (this.otp.value && !this.value()) this.value.set(this.otp.value);
      else this.otp.value = this.value();
    });
    afterRenderEffect(() => {
      const value = this.value();
      if (this.otp && this.otp.value !== value) this.otp.value = value;
    });
  }

  focus(): void {
    this.field().nativeElement.focus();
  }

  /** So that the next key or paste replaces the code. */
  selectAll(): void {
    this.otp?.selectAll();
  }
}
