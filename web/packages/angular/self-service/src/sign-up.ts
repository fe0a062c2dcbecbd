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
import type { NewUser } from '@poolhouse/auth/account';
import { fill } from '@poolhouse/auth/common-texts';
import { SIGN_IN_TEXTS } from '@poolhouse/angular/parts';
import {
  ACCOUNT_TEXTS,
  SELF_SERVICE,
  Task,
  followTitle,
  isOwn,
} from '@poolhouse/angular/account-parts';
import { ConfirmSignUpForm } from './confirm-form';
import { DoneCard } from './done-card';
import { SignUpForm } from './sign-up-form';

type Step = 'form' | 'code' | 'link' | 'confirmed' | 'pending';

/**
 * A sign-up in one card: name and password, then the mailed code. Nobody is signed in by it. Content goes above the forms: a
 * logo, say.
 */
@Component({
  selector: 'si-sign-up',
  imports: [ConfirmSignUpForm, DoneCard, SignUpForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  host: { '[attr.lang]': 'common().lang', '[attr.dir]': 'common().dir' },
  template: `
    <section class="si-card">
      <ng-content />
      @switch (step()) {
        @case ('form') {
          <si-sign-up-form
            [name]="name()"
            [attributes]="attributes()"
            [busy]="task.busy()"
            [slow]="task.slow()"
            [problem]="task.problem()"
            [error]="task.error()"
            [headingLevel]="headingLevel()"
            (submitSignUp)="onSubmitSignUp($event)"
            (confirmName)="confirmLater($event)"
            (signIn)="signIn.emit($event)"
          />
        }
        @case ('code') {
          <si-confirm-sign-up-form
            [name]="name()"
            [destination]="destination()"
            [busy]="task.busy()"
            [slow]="task.slow()"
            [problem]="task.problem()"
            [error]="task.error()"
            [note]="task.note()"
            [headingLevel]="headingLevel()"
            (codeCompleted)="onCodeCompleted($event)"
            (resend)="onResend($event)"
            (signIn)="signIn.emit(name())"
          />
        }
        @default {
          <si-done-card
            [title]="title()"
            [lead]="lead()"
            [label]="step() === 'confirmed' ? common().signInTitle : texts().backToSignIn"
            [headingLevel]="headingLevel()"
            (onwards)="signIn.emit(name())"
          />
        }
      }
    </section>
  `,
})
export class SignUp {
  /** Follows the step's name in the window title. */
  readonly appName = input('');
  readonly headingLevel = input(1);
  /** Whose account it is, where that is known already. */
  readonly email = input('');
  /** Begins with the code of an earlier sign-up. */
  readonly confirming = input(false);
  /** Names of the attributes that the pool requires beside the name: `['given_name']`. */
  readonly attributes = input<readonly string[]>([]);
  /** The pool's mail has a link and no code (`CONFIRM_WITH_LINK`). */
  readonly byLink = input(false);
  /** Back to the sign-in, with the name that was typed. */
  readonly signIn = output<string>();

  protected readonly common = inject(SIGN_IN_TEXTS);
  protected readonly texts = inject(ACCOUNT_TEXTS);
  protected readonly task = new Task();
  protected readonly step = linkedSignal<Step>(() => (this.confirming() ? 'code' : 'form'));
  protected readonly name = linkedSignal(() => this.email());
  protected readonly destination = signal('');
  protected readonly title = computed(() => {
    const { signUp, confirmAccount, registeredTitle, pendingTitle } = this.texts();
    return {
      form: signUp,
      code: confirmAccount,
      link: confirmAccount,
      confirmed: registeredTitle,
      pending: pendingTitle,
    }[this.step()];
  });
  protected readonly lead = computed(() => {
    const { registered, pending, confirmByLink } = this.texts();
    if (this.step() === 'link') return fill(confirmByLink, { address: this.destination() });
    return this.step() === 'confirmed' ? registered : pending;
  });
  private readonly calls = inject(SELF_SERVICE);
  private readonly form = viewChild(SignUpForm);

  constructor() {
    followTitle(this.title, this.appName);
  }

  async onSubmitSignUp(user: NewUser): Promise<void> {
    await this.task.run(async () => {
      const { confirmed, delivery } = await this.calls.signUp(user);
      this.name.set(user.username);
      this.destination.set(delivery?.destination ?? '');
      if (confirmed) this.step.set('confirmed');
      else if (delivery) this.step.set(this.byLink() ? 'link' : 'code');
      else this.step.set('pending');
    });
    if (isOwn(this.task.problem())) this.form()?.focusPassword();
  }

  async onCodeCompleted({ name, code }: { name: string; code: string }): Promise<void> {
    await this.task.run(async () => {
      await this.calls.confirmSignUp(name, code);
      this.name.set(name);
      this.step.set('confirmed');
    });
  }

  async onResend(name: string): Promise<void> {
    if (await this.task.run(() => this.calls.resendSignUpCode(name)))
      this.task.note.set(this.texts().askedAgain);
  }

  protected confirmLater(name: string): void {
    this.task.forget();
    this.name.set(name);
    this.destination.set('');
    this.step.set('code');
  }
}
