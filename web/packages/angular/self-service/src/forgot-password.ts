import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  inject,
  input,
  linkedSignal,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { SIGN_IN_TEXTS } from '@poolhouse/angular/parts';
import {
  ACCOUNT_TEXTS,
  SELF_SERVICE,
  Task,
  followTitle,
  isOwn,
} from '@poolhouse/angular/account-parts';
import { DoneCard } from './done-card';
import { ForgotForm } from './forgot-form';
import { ResetForm } from './reset-form';

/**
 * A forgotten password in one card: whose, then the mailed code and a new one. Nobody is signed in by it, and nobody is told
 * whether there is such an account. Content goes above the forms: a logo, say.
 */
@Component({
  selector: 'si-forgot-password',
  imports: [DoneCard, ForgotForm, ResetForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  host: { '[attr.lang]': 'common().lang', '[attr.dir]': 'common().dir' },
  template: `
    <section class="si-card">
      <ng-content />
      @switch (step()) {
        @case ('name') {
          <si-forgot-form
            [name]="name()"
            [busy]="task.busy()"
            [slow]="task.slow()"
            [error]="task.error()"
            [headingLevel]="headingLevel()"
            (submitName)="onSubmitName($event)"
            (haveCode)="enterCode($event)"
            (signIn)="signIn.emit($event)"
          />
        }
        @case ('reset') {
          <si-reset-form
            [name]="name()"
            [sent]="sent()"
            [busy]="task.busy()"
            [slow]="task.slow()"
            [problem]="task.problem()"
            [error]="task.error()"
            [note]="task.note()"
            [headingLevel]="headingLevel()"
            (passwordChosen)="onPasswordChosen($event)"
            (resend)="onResend()"
            (signIn)="signIn.emit(name())"
          />
        }
        @case ('done') {
          <si-done-card
            [title]="texts().passwordChangedTitle"
            [lead]="texts().signInWithNew"
            [label]="common().signInTitle"
            [headingLevel]="headingLevel()"
            (onwards)="signIn.emit(name())"
          />
        }
      }
    </section>
  `,
})
export class ForgotPassword {
  /** Follows the step's name in the window title. */
  readonly appName = input('');
  readonly headingLevel = input(1);
  /** Whose password it is, where that is known already. */
  readonly email = input('');
  /** Back to the sign-in, with the name that was typed. */
  readonly signIn = output<string>();

  protected readonly common = inject(SIGN_IN_TEXTS);
  protected readonly texts = inject(ACCOUNT_TEXTS);
  protected readonly task = new Task();
  protected readonly step = signal<'name' | 'reset' | 'done'>('name');
  protected readonly name = linkedSignal(() => this.email());
  protected readonly sent = signal(true);
  private readonly title = computed(() => {
    const { forgotTitle, passwordChangedTitle } = this.texts();
    const titles = { name: forgotTitle, reset: forgotTitle, done: passwordChangedTitle };
    return titles[this.step()];
  });
  private readonly calls = inject(SELF_SERVICE);
  private readonly form = viewChild(ResetForm);

  constructor() {
    followTitle(this.title, this.appName);
  }

  async onSubmitName(name: string): Promise<void> {
    await this.task.run(async () => {
      await this.calls.forgotPassword(name);
      this.enterCode(name, true);
    });
  }

  async onPasswordChosen({ code, password }: { code: string; password: string }): Promise<void> {
    await this.task.run(async () => {
      await this.calls.resetPassword(this.name(), code, password);
      this.step.set('done');
    });
    if (isOwn(this.task.problem())) this.form()?.focusPassword();
  }

  async onResend(): Promise<void> {
    if (!(await this.task.run(() => this.calls.forgotPassword(this.name())))) return;
    this.sent.set(true);
    this.task.note.set(this.texts().askedAgain);
  }

  protected enterCode(name: string, sent = false): void {
    if (!sent) this.task.forget();
    this.name.set(name);
    this.sent.set(sent);
    this.step.set('reset');
  }
}
