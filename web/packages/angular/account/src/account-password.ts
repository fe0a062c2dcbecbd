import {
  ChangeDetectionStrategy,
  Component,
  Injector,
  ViewEncapsulation,
  afterNextRender,
  computed,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { PasswordField, SubmitButton } from '@poolhouse/angular/parts';
import {
  injectAllTexts,
  ACCOUNT,
  ACCOUNT_TEXTS,
  AccountSection,
  NewPasswordField,
  Task,
  isOwn,
} from '@poolhouse/angular/account-parts';

/** Another password, for somebody who knows the one of now. */
@Component({
  selector: 'si-account-password',
  imports: [AccountSection, NewPasswordField, PasswordField, SubmitButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <si-account-section
      [title]="common().password"
      [level]="headingLevel()"
      [error]="panel()"
      [note]="task.note()"
    >
      @if (open()) {
        <form class="si-form" method="post" novalidate (submit)="submit($event)">
          <!-- For password managers: whose password it is. -->
          <input type="text" name="username" autocomplete="username" hidden [value]="username()" />
          <si-password-field
            #current
            [label]="texts().currentPassword"
            [readonly]="task.busy()"
            [error]="currentError()"
            (typed)="missing.set(false)"
          />
          <si-new-password-field
            [label]="common().newPassword"
            [readonly]="task.busy()"
            [problem]="task.problem()"
            [error]="task.error()"
          />
          <si-submit-button
            [busy]="task.busy()"
            [label]="task.busy() && task.slow() ? common().stillWorking : texts().savePassword"
          />
          <div class="si-links">
            <button type="button" class="si-link" (click)="close()">{{ texts().cancel }}</button>
          </div>
        </form>
      } @else {
        <div class="si-actions">
          <button type="button" class="si-button si-button--quiet" (click)="begin()">
            {{ texts().changePassword }}
          </button>
        </div>
      }
    </si-account-section>
  `,
})
export class AccountPassword {
  readonly headingLevel = input(2);
  /** For password managers. */
  readonly username = input('');

  protected readonly common = injectAllTexts();
  protected readonly texts = inject(ACCOUNT_TEXTS);
  protected readonly task = new Task();
  protected readonly open = signal(false);
  protected readonly missing = signal(false);
  protected readonly currentError = computed(() => {
    if (this.missing()) return this.common().passwordMissing;
    return this.task.problem() === 'password-wrong' ? this.task.error() : '';
  });
  protected readonly panel = computed(() => {
    const problem = this.task.problem();
    return isOwn(problem) || problem === 'password-wrong' ? '' : this.task.error();
  });
  private readonly calls = inject(ACCOUNT);
  private readonly injector = inject(Injector);
  private readonly section = viewChild.required(AccountSection);
  private readonly current = viewChild<PasswordField>('current');
  private readonly proposed = viewChild(NewPasswordField);

  protected begin(): void {
    this.task.forget();
    this.open.set(true);
    afterNextRender(() => this.current()?.focus(), { injector: this.injector });
  }

  protected close(): void {
    this.task.forget();
    this.missing.set(false);
    this.open.set(false);
    this.section().focus();
  }

  protected async submit(event: Event): Promise<void> {
    event.preventDefault();
    const current = this.current();
    if (this.task.busy() || !current) return;
    const previous = current.value;
    this.missing.set(!previous);
    if (!previous) return current.focus();
    const proposed = this.proposed()?.take() ?? null;
    if (proposed === null) return;
    current.hide();
    if (await this.task.run(() => this.calls.changePassword(previous, proposed))) {
      this.close();
      this.task.note.set(this.texts().passwordChanged);
    } else if (isOwn(this.task.problem())) {
      this.proposed()?.focus();
    } else if (this.task.problem() === 'password-wrong') {
      current.focus();
    }
  }
}
