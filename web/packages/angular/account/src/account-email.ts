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
import { fill, leadParts } from '@poolhouse/auth/common-texts';
import { SIGN_IN_TEXTS, SubmitButton, uniqueId } from '@poolhouse/angular/parts';
import {
  ACCOUNT,
  ACCOUNT_TEXTS,
  AccountSection,
  CodeField,
  ResendLink,
  Task,
  TextField,
} from '@poolhouse/angular/account-parts';

/** The address that mails go to: whether it is verified, the code that verifies it, another one in its place. */
@Component({
  selector: 'si-account-email',
  imports: [AccountSection, CodeField, ResendLink, SubmitButton, TextField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <si-account-section
      [title]="common().email"
      [level]="headingLevel()"
      [error]="panel()"
      [note]="step() === 'code' ? '' : task.note()"
    >
      @if (email(); as address) {
        <p class="si-row">
          <span class="si-row__name" translate="no" dir="ltr">{{ address }}</span>
          <span class="si-note" [class.si-note--ok]="verified()">
            {{ verified() ? texts().verified : texts().unverified }}
          </span>
        </p>
      } @else if (!task.problem()) {
        <p class="si-note">{{ texts().loading }}</p>
      }
      @switch (step()) {
        @case ('shown') {
          <div class="si-actions">
            @if (email() && !verified()) {
              <button
                type="button"
                class="si-button si-button--quiet"
                [attr.aria-disabled]="task.busy() || null"
                (click)="ask()"
              >
                {{ texts().verifyEmail }}
              </button>
            }
            @if (email() && changeable()) {
              <button type="button" class="si-button si-button--quiet" (click)="show('change')">
                {{ texts().changeEmail }}
              </button>
            }
          </div>
        }
        @case ('change') {
          <form class="si-form" method="post" novalidate (submit)="change($event)">
            <si-text-field
              name="email"
              type="email"
              autocomplete="email"
              [label]="texts().newEmail"
              [readonly]="task.busy()"
              [error]="malformed()"
              (typed)="malformed.set('')"
            />
            <si-submit-button [busy]="task.busy()" [label]="texts().changeEmail" />
            <div class="si-links">
              <button type="button" class="si-link" (click)="leave()">{{ texts().cancel }}</button>
            </div>
          </form>
        }
        @case ('code') {
          <form class="si-form" method="post" novalidate (submit)="submitCode($event)">
            <p class="si-lead" [id]="id">
              {{ lead()[0] }}<strong translate="no" dir="ltr">{{ lead()[1] }}</strong
              >{{ lead()[2] }}
              @if (waits()) {
                {{ texts().emailWaits }}
              }
            </p>
            <si-code-field
              [describedBy]="id"
              [busy]="task.busy()"
              [error]="ofCode() ? task.error() : ''"
              [note]="task.note()"
              (codeCompleted)="verify($event)"
            />
            <si-submit-button [busy]="task.busy()" [label]="common().verify" />
            <div class="si-links">
              <si-resend-link [busy]="task.busy()" (asked)="askAgain()" />
              <button type="button" class="si-link" (click)="leave()">{{ texts().cancel }}</button>
            </div>
          </form>
        }
      }
    </si-account-section>
  `,
})
export class AccountEmail {
  readonly headingLevel = input(2);
  /** Whether the app client may write the attribute, so that another address can be given. */
  readonly changeable = input(true);

  protected readonly common = inject(SIGN_IN_TEXTS);
  protected readonly texts = inject(ACCOUNT_TEXTS);
  protected readonly id = uniqueId('lead');
  protected readonly task = new Task();
  protected readonly step = signal<'shown' | 'change' | 'code'>('shown');
  protected readonly email = signal('');
  protected readonly verified = signal(false);
  protected readonly malformed = signal('');
  /** The address that was given counts from its code on; until then the one of before does. */
  protected readonly waits = signal(false);
  protected readonly lead = computed(() => {
    const address = this.destination();
    const { codeLead, codeLeadUnknown } = this.common();
    return address ? leadParts(fill(codeLead, { address }), address) : [codeLeadUnknown];
  });
  protected readonly ofCode = computed(() => {
    const problem = this.task.problem();
    return this.step() === 'code' && (problem === 'code-wrong' || problem === 'code-over');
  });
  protected readonly panel = computed(() => (this.ofCode() ? '' : this.task.error()));
  private readonly destination = signal('');
  private readonly calls = inject(ACCOUNT);
  private readonly injector = inject(Injector);
  private readonly section = viewChild.required(AccountSection);
  private readonly field = viewChild(TextField);
  private readonly code = viewChild(CodeField);

  constructor() {
    afterNextRender(() => void this.task.run(() => this.load()));
  }

  protected show(step: 'change' | 'code'): void {
    this.task.forget();
    this.step.set(step);
    const focus = () => (this.field() ?? this.code())?.focus();
    afterNextRender(focus, { injector: this.injector });
  }

  protected leave(): void {
    this.task.forget();
    this.step.set('shown');
    this.section().focus();
  }

  protected async ask(): Promise<void> {
    const asked = await this.task.run(async () => {
      this.destination.set((await this.calls.sendAttributeCode('email'))?.destination ?? '');
      this.waits.set(false);
    });
    if (asked) this.show('code');
  }

  protected async askAgain(): Promise<void> {
    if (await this.task.run(async () => void (await this.calls.sendAttributeCode('email'))))
      this.task.note.set(this.common().renewed);
  }

  protected async change(event: Event): Promise<void> {
    event.preventDefault();
    const email = this.field()?.value ?? '';
    if (this.task.busy()) return;
    const { emailMissing, emailMalformed } = this.common();
    this.malformed.set(
      /^[^\s@]+@[^\s@]+$/.test(email) ? '' : email ? emailMalformed : emailMissing,
    );
    if (this.malformed()) return this.field()?.focus();
    let sent = '';
    const changed = await this.task.run(async () => {
      sent = (await this.calls.updateAttributes({ email }))[0]?.destination ?? '';
      await this.load();
    });
    if (!changed) return;
    this.destination.set(sent);
    this.waits.set(this.email() !== email);
    if (sent) return this.show('code');
    this.leave();
    this.task.note.set(this.texts().emailChanged);
  }

  protected submitCode(event: Event): void {
    event.preventDefault();
    const code = this.task.busy() ? null : (this.code()?.take() ?? null);
    if (code !== null) void this.verify(code);
  }

  protected async verify(code: string): Promise<void> {
    const done = await this.task.run(async () => {
      await this.calls.verifyAttribute('email', code);
      await this.load();
    });
    if (!done) return;
    this.leave();
    this.task.note.set(this.texts().emailVerified);
  }

  private async load(): Promise<void> {
    const { attributes } = await this.calls.profile();
    this.email.set(attributes['email'] ?? '');
    this.verified.set(attributes['email_verified'] === 'true');
  }
}
