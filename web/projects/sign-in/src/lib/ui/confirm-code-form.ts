import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  afterNextRender,
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
import { CodeAlphabet } from '../auth/code-challenge';
import { SIGN_IN_TEXTS } from '../provide-sign-in';
import { AlertIcon } from './alert-icon';
import { formatTime } from './format-time';
import { OtpInput } from './otp-input';
import { uniqueId } from './unique-id';

/** From here on the remaining time stands out. */
const LAST_SECONDS = 30;

/** Long enough for every screen reader to notice the sentence. */
const MINUTE_ANNOUNCED = { from: 60, to: 50 };

/** The mailed code. It says what was typed and shows what it is told; it has no clock of its own. */
@Component({
  selector: 'si-confirm-code-form',
  imports: [AlertIcon, OtpInput],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <form class="si-form" novalidate (submit)="submit($event)">
      <div class="si-heading">
        <h1 class="si-title">{{ texts.codeTitle }}</h1>
        <p class="si-lead" [id]="codeId + '-lead'">
          @if (destination()) {
            {{ texts.codeLead.before }}<strong translate="no" dir="ltr">{{ destination() }}</strong
            >{{ texts.codeLead.after }}
          } @else {
            {{ texts.codeLeadUnknown }}
          }
        </p>
      </div>
      <div class="si-field">
        <div class="si-label-row">
          <label class="si-label" [for]="codeId">{{ texts.codeLabel(length(), alphabet()) }}</label>
          <span class="si-timer" role="timer" aria-live="off" [class.si-timer--low]="timeIsLow()">
            @if (timeLeft(); as time) {
              {{ texts.expiresIn(time) }}
            }
          </span>
        </div>
        <si-otp-input
          [inputId]="codeId"
          [length]="length()"
          [alphabet]="alphabet()"
          [(value)]="code"
          [invalid]="shownError() !== ''"
          [readonly]="busy() === 'verifying'"
          [describedBy]="codeId + '-lead ' + codeId + '-message'"
          (codeCompleted)="complete($event)"
        />
        <div class="si-message" [id]="codeId + '-message'">
          <div role="alert">
            @if (shownError()) {
              <p class="si-field-error"><si-alert-icon />{{ shownError() }}</p>
            }
          </div>
          <div role="status">
            @if (note(); as note) {
              <p class="si-note" [class.si-note--ok]="note === notice()">{{ note }}</p>
            }
          </div>
        </div>
        <div class="si-visually-hidden" role="status">
          @if (announceMinute()) {
            {{ texts.oneMinuteLeft }}
          }
        </div>
      </div>
      <!-- One button, whatever it does: another one in its place would not have the focus. -->
      <button
        class="si-button"
        [attr.type]="expired() ? 'button' : 'submit'"
        [attr.aria-disabled]="busy() !== null || (expired() && resendIn()) || null"
        (click)="press()"
      >
        @if (busy() === 'verifying') {
          <span class="si-spinner" aria-hidden="true"></span>
        }
        {{ action() }}
      </button>
      <div class="si-links">
        @if (resendIn() !== null && !expired()) {
          <button
            type="button"
            class="si-link"
            [attr.aria-disabled]="resendIn() !== 0 || busy() !== null || null"
            (click)="requestResend()"
          >
            {{ resendIn() ? texts.resendIn(formatTime(resendIn() ?? 0)) : texts.resend }}
          </button>
        }
        <button type="button" class="si-link" (click)="differentAccount.emit()">
          {{ texts.differentAccount }}
        </button>
      </div>
    </form>
  `,
})
export class ConfirmCodeForm {
  /** The masked address; a sentence without one is shown when empty. */
  readonly destination = input('');
  readonly length = input(6);
  readonly alphabet = input<CodeAlphabet>('digits');
  /** Seconds the code still lives; `null` shows no time. */
  readonly expiresIn = input<number | null>(null);
  /** Seconds until the mail may be asked for again; `null` offers no resending. */
  readonly resendIn = input<number | null>(null);
  /** Then a new code can be asked for, or a new sign-in started where there is no asking. */
  readonly expired = input(false);
  readonly busy = input<'verifying' | 'resending' | null>(null);
  readonly slow = input(false);
  /** Shown under the field, which turns red; the code is selected, so that typing replaces it. */
  readonly error = input('');
  /** Good news, shown under the field, which is emptied. */
  readonly notice = input('');
  /** Shown under the field while there is nothing else to say. */
  readonly hint = input('');

  /** A whole code: typed, pasted, filled in, or submitted once more. Never while busy. */
  readonly codeCompleted = output<string>();
  readonly resend = output();
  readonly startAgain = output();
  readonly differentAccount = output();

  protected readonly texts = inject(SIGN_IN_TEXTS);
  protected readonly formatTime = formatTime;
  protected readonly codeId = uniqueId('code');
  protected readonly code = signal('');
  /** The complaint about a code too short holds until the code changes. */
  private readonly incomplete = linkedSignal({ source: this.code, computation: () => false });
  private readonly field = viewChild.required(OtpInput);

  protected readonly timeLeft = computed(() => {
    const seconds = this.expiresIn();
    return seconds ? formatTime(seconds) : '';
  });
  protected readonly timeIsLow = computed(() => (this.expiresIn() ?? Infinity) <= LAST_SECONDS);
  protected readonly announceMinute = computed(() => {
    const seconds = this.expiresIn() ?? 0;
    return seconds <= MINUTE_ANNOUNCED.from && seconds > MINUTE_ANNOUNCED.to;
  });
  protected readonly shownError = computed(() => {
    if (this.busy() === 'verifying') return '';
    if (this.incomplete()) return this.texts.codeIncomplete(this.length(), this.alphabet());
    return this.error();
  });
  protected readonly action = computed(() => {
    if (!this.expired()) return this.texts.verify;
    return this.resendIn() === null ? this.texts.startAgain : this.texts.renew;
  });
  protected readonly note = computed(() => {
    if (this.busy() === 'verifying') {
      return this.slow() ? this.texts.stillWorking : this.texts.verifying;
    }
    if (this.busy() === 'resending' && this.slow()) return this.texts.stillWorking;
    return this.shownError() ? '' : this.notice() || this.hint() || this.texts.codeHint;
  });

  constructor() {
    afterNextRender(() => this.field().focus());
    afterRenderEffect(() => {
      // Time running out is no answer to anything typed: it must not move the focus.
      if (this.error() && !this.expired()) untracked(() => this.field().selectAll());
    });
    afterRenderEffect(() => {
      if (this.notice()) untracked(() => this.empty());
    });
  }

  protected complete(code: string): void {
    if (this.busy() === null) this.codeCompleted.emit(code);
  }

  protected submit(event: Event): void {
    event.preventDefault();
    if (this.busy() !== null || this.expired()) return;
    if (this.code().length < this.length()) {
      this.incomplete.set(true);
      this.field().focus();
    } else {
      this.codeCompleted.emit(this.code());
    }
  }

  /** From an expired code: a new one in the same sign-in, or a new sign-in. Else the form is submitted. */
  protected press(): void {
    if (!this.expired()) return;
    if (this.resendIn() === null) this.startAgain.emit();
    else this.requestResend();
  }

  protected requestResend(): void {
    if (this.resendIn() === 0 && this.busy() === null) this.resend.emit();
  }

  private empty(): void {
    this.code.set('');
    this.incomplete.set(false);
    this.field().focus();
  }
}
