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
  model,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import type { CodeAlphabet } from '@poolhouse/auth';
import {
  codeIncomplete,
  codeLabel,
  codeLead,
  codeTooLong,
  fill,
  formatTime,
} from '@poolhouse/auth/texts';
import { SIGN_IN_TEXTS } from '../provide-sign-in';
import { AlertIcon } from './alert-icon';
import { Heading } from './heading';
import { OtpInput } from './otp-input';
import { uniqueId } from './unique-id';

/** From here on the remaining time stands out. */
const LAST_SECONDS = 30;

/** Long enough for every screen reader to notice the sentence. */
const MINUTE_ANNOUNCED = { from: 60, to: 50 };

/** The mailed code. It says what was typed and shows what it is told; it has no clock of its own. */
@Component({
  selector: 'si-confirm-code-form',
  imports: [AlertIcon, Heading, OtpInput],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <form class="si-form" method="post" novalidate (submit)="submit($event)">
      <div class="si-heading">
        <si-heading [level]="headingLevel()">
          {{ waiting() ? texts().heldTitle : texts().codeTitle }}
        </si-heading>
        <p class="si-lead" [id]="codeId + '-lead'">
          @if (waiting(); as reason) {
            {{ reason === 'held' ? texts().held : texts().heldLocked }}
          } @else if (destination()) {
            {{ lead()[0] }}<strong translate="no" dir="ltr">{{ destination() }}</strong
            >{{ lead()[1] }}
          } @else {
            {{ texts().codeLeadUnknown }}
          }
        </p>
      </div>
      <div class="si-field">
        @if (!waiting()) {
          <div class="si-label-row">
            <label class="si-label" [for]="codeId">{{ label() }}</label>
            <span class="si-timer" role="timer" aria-live="off" [class.si-timer--low]="timeIsLow()">
              @if (timeLeft(); as time) {
                {{ fill(texts().expiresIn, { time }) }}
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
            (tooLong)="tooLong.set(true)"
          />
        }
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
            {{ texts().oneMinuteLeft }}
          }
        </div>
      </div>
      @if (rememberDays(); as n) {
        <label class="si-check">
          <input
            #remember
            type="checkbox"
            [checked]="remembered()"
            (change)="remembered.set(remember.checked)"
          />
          {{ fill(texts().remember, { n }) }}
        </label>
      }
      <!-- One button, whatever it does: another one in its place would not have the focus. -->
      <button
        class="si-button"
        [attr.type]="renews() ? 'button' : 'submit'"
        [attr.aria-disabled]="busy() !== null || (renews() && !!resendIn()) || null"
        (click)="press()"
      >
        @if (busy() === 'verifying' || (busy() && renews())) {
          <span class="si-spinner" aria-hidden="true"></span>
        }
        {{ action() }}
      </button>
      <div class="si-links">
        @if (resendIn() !== null && !renews()) {
          <button
            type="button"
            class="si-link"
            [attr.aria-disabled]="resendIn() !== 0 || busy() !== null || null"
            (click)="requestResend()"
          >
            {{ timed(texts().resend, texts().resendIn) }}
          </button>
        }
        <button type="button" class="si-link" (click)="differentAccount.emit()">
          {{ texts().differentAccount }}
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
  /** Expired or used: a new code can be asked for, or a new sign-in started where there is no asking. */
  readonly expired = input(false);
  /** No code was sent yet: one can be asked for after the wait. There is nothing to type until then. */
  readonly waiting = input<'held' | 'locked' | null>(null);
  readonly busy = input<'verifying' | 'resending' | null>(null);
  readonly slow = input(false);
  /** Shown under the field, which turns red; the code is selected, so that typing replaces it. */
  readonly error = input('');
  /** Good news, shown under the field, which is emptied. */
  readonly notice = input('');
  /** Shown under the field while there is nothing else to say. */
  readonly hint = input('');
  readonly headingLevel = input(1);
  /** Offers to remember the device for so many days; `null` offers nothing. */
  readonly rememberDays = input<number | null>(null);
  /** Whether the person asked for it. */
  readonly remembered = model(false);

  /** A whole code: typed, pasted, filled in, or submitted once more. Never while busy. */
  readonly codeCompleted = output<string>();
  readonly resend = output();
  readonly startAgain = output();
  readonly differentAccount = output();

  protected readonly texts = inject(SIGN_IN_TEXTS);
  protected readonly fill = fill;
  protected readonly codeId = uniqueId('code');
  protected readonly code = signal('');
  /** The complaint about a code too short holds until the code changes. */
  private readonly incomplete = linkedSignal({ source: this.code, computation: () => false });
  protected readonly tooLong = linkedSignal({ source: this.code, computation: () => false });
  private readonly field = viewChild(OtpInput);
  private readonly heading = viewChild.required(Heading);

  protected readonly lead = computed(() => codeLead(this.texts()));
  protected readonly label = computed(() =>
    codeLabel(this.texts(), this.length(), this.alphabet()),
  );
  /** The button asks for a code instead of sending one. */
  protected readonly renews = computed(() => this.expired() || this.waiting() !== null);

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
    if (this.tooLong()) return codeTooLong(this.texts(), this.length(), this.alphabet());
    if (this.incomplete()) return codeIncomplete(this.texts(), this.length(), this.alphabet());
    return this.error();
  });
  protected readonly action = computed(() => {
    const texts = this.texts();
    if (!this.renews()) return texts.verify;
    return this.resendIn() === null ? texts.startAgain : this.timed(texts.renew, texts.renewIn);
  });
  protected readonly note = computed(() => {
    const texts = this.texts();
    if (this.busy() === 'verifying') return this.slow() ? texts.stillWorking : texts.verifying;
    if (this.busy() === 'resending' && this.slow()) return texts.stillWorking;
    if (this.shownError()) return this.hint();
    return this.notice() || this.hint() || (this.waiting() ? '' : texts.codeHint);
  });

  constructor() {
    // In a task of its own: a focus has the whole form laid out, which takes a phone its time.
    afterNextRender(() => setTimeout(() => (this.field() ?? this.heading()).focus()));
    afterRenderEffect(() => {
      // Time running out is no answer to anything typed: it must not move the focus.
      if (this.error() && !this.expired()) untracked(() => this.field()?.selectAll());
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
    if (this.busy() !== null || this.renews() || this.tooLong()) return;
    if (this.code().length < this.length()) {
      this.incomplete.set(true);
      this.field()?.focus();
    } else {
      this.codeCompleted.emit(this.code());
    }
  }

  /** Where there is no code that lives: a new one in the same sign-in, or a new sign-in. */
  protected press(): void {
    if (!this.renews()) return;
    if (this.resendIn() === null) this.startAgain.emit();
    else this.requestResend();
  }

  protected requestResend(): void {
    if (this.resendIn() === 0 && this.busy() === null) this.resend.emit();
  }

  protected timed(now: string, later: string): string {
    const seconds = this.resendIn() ?? 0;
    return seconds ? fill(later, { time: formatTime(seconds) }) : now;
  }

  private empty(): void {
    this.code.set('');
    this.incomplete.set(false);
    this.tooLong.set(false);
    this.field()?.focus();
  }
}
