import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  afterRenderEffect,
  computed,
  inject,
  input,
  linkedSignal,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { fill } from '@poolhouse/auth/common-texts';
import { SIGN_IN_TEXTS, uniqueId } from '@poolhouse/angular/parts';
import { OtpInput } from '@poolhouse/angular/steps';

/** A code to type, of the length that all codes beside sign-ins have. */
const LENGTH = 6;

/** The field of a code with its label, and what is to be said of it. */
@Component({
  selector: 'si-code-field',
  imports: [OtpInput],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  host: { class: 'si-field' },
  template: `
    <label class="si-label" [for]="id">{{
      label() || fill(texts().codeLabel, { n: length })
    }}</label>
    <si-otp-input
      [inputId]="id"
      [length]="length"
      [(value)]="code"
      [invalid]="shown() !== ''"
      [readonly]="busy()"
      [describedBy]="(describedBy() + ' ' + id + '-message').trim()"
      (codeCompleted)="complete($event)"
      (tooLong)="complaint.set('long')"
    />
    <div class="si-message" [id]="id + '-message'">
      <div role="alert">
        @if (shown()) {
          <p class="si-field-error">{{ shown() }}</p>
        }
      </div>
      <div role="status">
        @if (note() || hint(); as said) {
          <p class="si-note" [class.si-note--ok]="note() !== ''">{{ said }}</p>
        }
      </div>
    </div>
  `,
})
export class CodeField {
  /** "6-digit code" when empty. */
  readonly label = input('');
  readonly busy = input(false);
  /** What became of the last code; it is selected then, so that typing replaces it. */
  readonly error = input('');
  /** Good news about the mail; the field is emptied. */
  readonly note = input('');
  /** Ids of what else describes the field. */
  readonly describedBy = input('');
  /** A whole code: typed, pasted, filled in. Never while busy. */
  readonly codeCompleted = output<string>();

  protected readonly texts = inject(SIGN_IN_TEXTS);
  protected readonly fill = fill;
  protected readonly length = LENGTH;
  protected readonly id = uniqueId('code');
  protected readonly code = signal('');
  /** What is wrong with the code by itself; holds until the code changes. */
  protected readonly complaint = linkedSignal<string, 'short' | 'long' | null>({
    source: this.code,
    computation: () => null,
  });
  protected readonly shown = computed(() => {
    const { codeIncomplete, codeTooLong } = this.texts();
    const complaint = this.complaint();
    if (this.busy()) return '';
    if (!complaint) return this.error();
    return fill(complaint === 'long' ? codeTooLong : codeIncomplete, { n: LENGTH });
  });
  /** While there is nothing else to say. */
  protected readonly hint = computed(() => {
    if (this.busy()) return this.texts().verifying;
    return this.shown() || this.label() ? '' : this.texts().codeHint;
  });
  private readonly field = viewChild.required(OtpInput);

  constructor() {
    afterRenderEffect(() => {
      if (this.error()) untracked(() => this.field().selectAll());
    });
    afterRenderEffect(() => {
      if (this.note()) untracked(() => this.empty());
    });
  }

  /** The code, if it is a whole one; otherwise the field says so and takes the focus. */
  take(): string | null {
    if (this.complaint() === 'long') return null;
    if (this.code().length === LENGTH) return this.code();
    this.complaint.set('short');
    this.field().focus();
    return null;
  }

  focus(): void {
    this.field().focus();
  }

  protected complete(code: string): void {
    if (!this.busy()) this.codeCompleted.emit(code);
  }

  private empty(): void {
    this.code.set('');
    this.complaint.set(null);
    this.field().focus();
  }
}
