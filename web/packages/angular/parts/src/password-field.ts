import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  ViewEncapsulation,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { SIGN_IN_TEXTS } from './provide-sign-in';
import { uniqueId } from './unique-id';

/** A password with its label, a button that shows it, and what is wrong with it. */
@Component({
  selector: 'si-password-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  host: { class: 'si-field' },
  template: `
    <label class="si-label" [for]="id">{{ label() }}</label>
    <div class="si-input-wrap">
      <input
        #field
        class="si-input"
        name="password"
        autocapitalize="off"
        spellcheck="false"
        enterkeyhint="go"
        required
        [autocomplete]="autocomplete()"
        [type]="revealed() ? 'text' : 'password'"
        [id]="id"
        [readOnly]="readonly()"
        [attr.aria-invalid]="error() ? true : null"
        [attr.aria-describedby]="descriptions()"
        (focus)="focused.emit()"
        (input)="typed.emit(field.value)"
      />
      <button
        type="button"
        class="si-reveal"
        [attr.aria-label]="revealed() ? texts().hidePassword : texts().showPassword"
        [attr.aria-controls]="id"
        (click)="revealed.set(!revealed())"
      >
        <svg class="si-icon si-icon--line" viewBox="0 0 24 24" aria-hidden="true">
          <path [attr.d]="eye + (revealed() ? stroke : '')" />
        </svg>
      </button>
    </div>
    @if (error()) {
      <p class="si-field-error" [id]="id + '-error'">{{ error() }}</p>
    }
  `,
})
export class PasswordField {
  readonly label = input.required<string>();
  readonly autocomplete = input<'current-password' | 'new-password'>('current-password');
  readonly readonly = input(false);
  readonly error = input('');
  readonly describedBy = input('');
  readonly focused = output();
  readonly typed = output<string>();

  protected readonly texts = inject(SIGN_IN_TEXTS);
  protected readonly id = uniqueId('password');
  protected readonly revealed = signal(false);
  /** Its outline and the iris; the stroke goes across it while the password is shown. */
  protected readonly eye =
    'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM9 12a3 3 0 1 0 6 0 3 3 0 1 0-6 0';
  protected readonly stroke = 'M4 4l16 16';
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');

  get value(): string {
    return this.field().nativeElement.value;
  }

  focus(): void {
    this.field().nativeElement.focus({ preventScroll: true });
  }

  /** A revealed password would stay on the screen while the server thinks. */
  hide(): void {
    this.revealed.set(false);
  }

  protected descriptions(): string | null {
    return (
      [this.error() && `${this.id}-error`, this.describedBy()].filter(Boolean).join(' ') || null
    );
  }
}
