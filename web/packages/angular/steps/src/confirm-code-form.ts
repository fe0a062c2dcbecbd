import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  afterNextRender,
  afterRenderEffect,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  model,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import type { CodeAlphabet, MailState } from '@poolhouse/auth';
import {
  codeForm,
  codeLead,
  fill,
  leadParts,
  type SignInTexts,
} from '@poolhouse/auth/common-texts';
import {
  Heading,
  SIGN_IN_TEXTS,
  fetchRareWords,
  rareWords,
  uniqueId,
} from '@poolhouse/angular/parts';
import { OtpInput } from './otp-input';

/** The mailed code. It says what was typed and shows what it is told; it has no clock of its own. */
@Component({
  selector: 'si-confirm-code-form',
  imports: [Heading, OtpInput],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <form class="si-form" method="post" novalidate (submit)="submit($event)">
      <div class="si-heading">
        <si-heading [level]="headingLevel()">{{ heading().title }}</si-heading>
        <p class="si-lead" [id]="codeId + '-lead'">
          {{ heading().lead[0] }}<strong translate="no" dir="ltr">{{ heading().lead[1] }}</strong
          >{{ heading().lead[2] }}
        </p>
      </div>
      <div class="si-field">
        @if (!waiting()) {
          <div class="si-label-row">
            <label class="si-label" [for]="codeId">{{ shown().label }}</label>
            <span
              class="si-timer"
              role="timer"
              aria-live="off"
              [class.si-timer--low]="shown().timeIsLow"
              >{{ shown().time }}</span
            >
          </div>
          <si-otp-input
            [inputId]="codeId"
            [length]="length()"
            [alphabet]="alphabet()"
            [value]="code()"
            [invalid]="shown().error !== ''"
            [readonly]="busy() === 'verifying'"
            [describedBy]="codeId + '-lead ' + codeId + '-message'"
            (valueChange)="code.set($event)"
            (codeCompleted)="complete($event)"
            (tooLong)="complaint.set('long')"
          />
        }
        <div class="si-message" [id]="codeId + '-message'">
          <div role="alert">
            @if (shown().error) {
              <p class="si-field-error">{{ shown().error }}</p>
            }
          </div>
          <div role="status">
            @if (shown().note) {
              <p class="si-note" [class.si-note--ok]="shown().good">{{ shown().note }}</p>
            }
          </div>
        </div>
        <div class="si-visually-hidden" role="status">{{ shown().minute }}</div>
      </div>
      @if (rememberDays()) {
        <label class="si-check">
          <input
            #remember
            type="checkbox"
            [checked]="remembered()"
            (change)="remembered.set(remember.checked)"
          />
          {{ rememberLabel() }}
        </label>
      }
      <!-- One button, whatever it does: another one in its place would not have the focus. -->
      <button
        class="si-button"
        [attr.type]="shown().renews ? 'button' : 'submit'"
        [attr.aria-disabled]="shown().still || null"
        (click)="press()"
      >
        <span class="si-spinner" aria-hidden="true" [hidden]="!shown().spinning"></span>
        {{ shown().button }}
      </button>
      <div class="si-links">
        @if (shown().resend) {
          <button
            type="button"
            class="si-link"
            [attr.aria-disabled]="shown().resendStill || null"
            (click)="requestResend()"
          >
            {{ shown().resend }}
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
  /** What became of the last mail, where that is known. */
  readonly mail = input<MailState | null>(null);
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
  protected readonly codeId = uniqueId('code');
  protected readonly code = signal('');
  /** What is wrong with the code by itself; holds until the code changes. */
  protected readonly complaint = linkedSignal<string, 'short' | 'long' | null>({
    source: this.code,
    computation: () => null,
  });
  protected readonly rememberLabel = computed(() =>
    fill(this.texts().remember, { n: this.rememberDays() ?? 0 }),
  );
  private readonly field = viewChild(OtpInput);
  private readonly headingElement = viewChild.required(Heading);

  /** The address in the middle of the lead, to be set apart. */
  protected readonly heading = computed(() => {
    const texts = this.texts();
    const destination = this.destination();
    const waiting = this.waiting();
    // Until the words are there that a wait is told in, nothing is said.
    const said = waiting
      ? rareWords()?.codeHeading(texts as SignInTexts, { waiting, mail: this.mail(), destination })
      : { title: texts.codeTitle, lead: codeLead(texts, destination) };
    return { title: said?.title, lead: leadParts(said?.lead ?? '', destination) };
  });
  protected readonly shown = computed(() =>
    codeForm(this.texts(), {
      codeLength: this.length(),
      alphabet: this.alphabet(),
      waiting: this.waiting(),
      busy: this.busy(),
      slow: this.slow(),
      expiresIn: this.expiresIn(),
      resendIn: this.resendIn(),
      expired: this.expired(),
      error: this.error(),
      notice: this.notice(),
      hint: this.hint(),
      complaint: this.complaint(),
    }),
  );

  constructor() {
    effect(() => {
      if (this.waiting()) void fetchRareWords();
    });
    // In a task of its own: a focus has the whole form laid out, which takes a phone its time.
    afterNextRender(() => setTimeout(() => (this.field() ?? this.headingElement()).focus()));
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
    if (this.busy() !== null || this.shown().renews || this.complaint() === 'long') return;
    if (this.code().length < this.length()) {
      this.complaint.set('short');
      this.field()?.focus();
    } else {
      this.codeCompleted.emit(this.code());
    }
  }

  /** Where there is no code that lives: a new one in the same sign-in, or a new sign-in. */
  protected press(): void {
    if (!this.shown().renews) return;
    if (this.resendIn() === null) this.startAgain.emit();
    else this.requestResend();
  }

  protected requestResend(): void {
    if (this.resendIn() === 0 && this.busy() === null) this.resend.emit();
  }

  private empty(): void {
    this.code.set('');
    this.complaint.set(null);
    this.field()?.focus();
  }
}
