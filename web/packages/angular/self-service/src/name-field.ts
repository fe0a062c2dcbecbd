import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { SIGN_IN_OPTIONS } from '@poolhouse/angular/parts';
import { injectAllTexts, ACCOUNT_TEXTS, TextField } from '@poolhouse/angular/account-parts';

/** Whom it is about: an email address, or a name in pools whose users have some. */
@Component({
  selector: 'si-name-field',
  imports: [TextField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <si-text-field
      name="username"
      autocomplete="username"
      [type]="byEmail ? 'email' : 'text'"
      [label]="label()"
      [initial]="initial()"
      [readonly]="readonly()"
      [error]="error()"
      (typed)="error.set('')"
    />
  `,
})
export class NameField {
  readonly initial = input('');
  readonly readonly = input(false);
  /** A name is being chosen, and not one that somebody has. */
  readonly isNew = input(false);

  protected readonly byEmail = inject(SIGN_IN_OPTIONS).signInName !== 'username';
  protected readonly error = signal('');
  protected readonly label = computed(() => {
    if (this.byEmail) return this.common().email;
    return this.isNew() ? this.texts().username : this.common().username;
  });
  private readonly common = injectAllTexts();
  private readonly texts = inject(ACCOUNT_TEXTS);
  private readonly field = viewChild.required(TextField);

  /** As it stands there. */
  typed(): string {
    return this.field().value;
  }

  /** The name, if it can be one; otherwise the field says so and takes the focus. */
  take(): string | null {
    const name = this.field().value;
    this.error.set(this.complaint(name));
    if (!this.error()) return name;
    this.field().focus();
    return null;
  }

  focus(): void {
    this.field().focus();
  }

  private complaint(name: string): string {
    const texts = this.common();
    if (!this.byEmail) return name ? '' : texts.fieldMissing;
    if (!name) return texts.emailMissing;
    return /^[^\s@]+@[^\s@]+$/.test(name) ? '' : texts.emailMalformed;
  }
}
