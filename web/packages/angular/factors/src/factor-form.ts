import {
  ChangeDetectionStrategy,
  Component,
  DOCUMENT,
  ElementRef,
  ViewEncapsulation,
  afterNextRender,
  afterRenderEffect,
  computed,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import type { FactorChallenge } from '@poolhouse/auth';
import { authenticatorUri, spacedKey } from '@poolhouse/auth/authenticator';
import { RARE_ENGLISH, choiceText, factorForm } from '@poolhouse/auth/rare-texts';
import {
  Heading,
  SIGN_IN_OPTIONS,
  SIGN_IN_TEXTS,
  SubmitButton,
  uniqueId,
} from '@poolhouse/angular/parts';
import { QrPicture } from '@poolhouse/angular/qr';

/** What one challenge asks for. It says what was typed or chosen and shows what it is told; it asks no server. */
@Component({
  selector: 'si-factor-form',
  imports: [Heading, QrPicture, SubmitButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <form class="si-form" method="post" novalidate (submit)="submit($event)">
      <div class="si-heading">
        <si-heading [level]="headingLevel()">{{ title() }}</si-heading>
        <p class="si-lead">{{ lead() }}</p>
      </div>
      <div class="si-live" role="alert">
        @if (error() && !busy()) {
          <p class="si-panel">{{ error() }}</p>
        }
      </div>
      @if (kind() === 'set-up') {
        <si-qr-picture [text]="uri()" [label]="texts().appPicture" />
        <p class="si-note">
          <span class="si-label">{{ texts().appKey }}</span>
          <code translate="no" dir="ltr">{{ spaced(challenge().key) }}</code>
        </p>
      }
      @if (kind() === 'choice') {
        @for (choice of challenge().choices; track choice) {
          <button
            #choiceButton
            type="button"
            class="si-button"
            [attr.aria-disabled]="busy() || null"
            (click)="choose(choice)"
          >
            {{ nameOf(choice) }}
          </button>
        }
      } @else {
        @if (label(); as name) {
          <div class="si-field">
            <label class="si-label" [for]="id">{{ name }}</label>
            <input
              #field
              class="si-input"
              required
              autocapitalize="off"
              spellcheck="false"
              enterkeyhint="go"
              dir="ltr"
              [id]="id"
              [type]="ofAddress() ? 'email' : 'text'"
              [attr.name]="ofAddress() ? 'email' : 'code'"
              [attr.inputmode]="ofAddress() ? 'email' : 'numeric'"
              [autocomplete]="ofAddress() ? 'email' : 'one-time-code'"
              [readOnly]="busy()"
              [attr.aria-invalid]="complaint() ? true : null"
              [attr.aria-describedby]="complaint() ? id + '-error' : null"
              (input)="complaint.set('')"
            />
            @if (complaint()) {
              <p class="si-field-error" [id]="id + '-error'">{{ complaint() }}</p>
            }
          </div>
        }
        <si-submit-button
          [busy]="busy()"
          [label]="busy() ? (slow() ? texts().stillWorking : texts().signingIn) : texts().continue"
        />
      }
      <div class="si-links">
        @if (challenge().renews) {
          <button
            type="button"
            class="si-link"
            [attr.aria-disabled]="busy() || null"
            (click)="choose(challenge().renews)"
          >
            {{ texts().renew }}
          </button>
        }
        @if (challenge().destination) {
          <button type="button" class="si-link" (click)="startAgain.emit()">
            {{ texts().startAgain }}
          </button>
        }
        <button type="button" class="si-link" (click)="differentAccount.emit()">
          {{ texts().differentAccount }}
        </button>
      </div>
    </form>
  `,
})
export class FactorForm {
  readonly challenge = input.required<FactorChallenge>();
  /** Who signs in: an authenticator app shows it. */
  readonly account = input('');
  readonly busy = input(false);
  readonly slow = input(false);
  readonly title = input('');
  readonly lead = input('');
  /** Shown in a panel above the field; what was typed is selected, so that typing replaces it. */
  readonly error = input('');
  readonly headingLevel = input(1);

  /** A code, an address, one of the challenge's choices; empty for a passkey. Never while busy. */
  readonly answered = output<string>();
  readonly startAgain = output();
  readonly differentAccount = output();

  protected readonly texts = computed(() => ({ ...RARE_ENGLISH, ...this.known() }));
  protected readonly spaced = spacedKey;
  protected readonly id = uniqueId('factor');
  protected readonly complaint = signal('');
  protected readonly kind = computed(() => factorForm({ challenge: this.challenge() }));
  protected readonly ofAddress = computed(() => this.kind() === 'address');
  protected readonly label = computed(() => {
    const { email, appCode, code } = this.texts();
    if (this.kind() === 'passkey') return '';
    if (this.ofAddress()) return email;
    const ofApp = this.kind() === 'set-up' || this.challenge().name === 'SOFTWARE_TOKEN_MFA';
    return ofApp ? appCode : code;
  });
  protected readonly uri = computed(() => {
    const host = this.document.location.hostname;
    return authenticatorUri(this.issuer || host, this.account(), this.challenge().key);
  });
  private readonly known = inject(SIGN_IN_TEXTS);
  private readonly issuer = inject(SIGN_IN_OPTIONS).issuer;
  private readonly document = inject(DOCUMENT);
  private readonly field = viewChild<ElementRef<HTMLInputElement>>('field');
  private readonly choice = viewChild<ElementRef<HTMLElement>>('choiceButton');
  private readonly button = viewChild(SubmitButton, { read: ElementRef });

  constructor() {
    afterNextRender(() => {
      const first = this.field() ?? this.choice();
      const button = (this.button() as ElementRef<HTMLElement> | undefined)?.nativeElement;
      (first?.nativeElement ?? button?.querySelector('button'))?.focus();
    });
    afterRenderEffect(() => {
      if (this.error() && !this.busy()) untracked(() => this.field()?.nativeElement.select());
    });
  }

  protected nameOf(choice: string): string {
    return choiceText(this.texts(), choice);
  }

  protected choose(choice: string): void {
    if (this.busy()) return;
    // The form of the password is the one that the sign-in begins with.
    if (choice === 'PASSWORD') this.startAgain.emit();
    else this.answered.emit(choice);
  }

  protected submit(event: Event): void {
    event.preventDefault();
    if (this.busy() || this.kind() === 'choice') return;
    const field = this.field()?.nativeElement;
    const value = field?.value.trim() ?? '';
    this.complaint.set(field ? this.check(value) : '');
    if (this.complaint()) field?.focus();
    else
      this.answered.emit(this.ofAddress() ? value : value.normalize('NFKC').replace(/[\s-]/g, ''));
  }

  private check(value: string): string {
    const { fieldMissing, emailMalformed } = this.texts();
    if (!value) return fieldMissing;
    return this.ofAddress() && !/^[^\s@]+@[^\s@]+$/.test(value) ? emailMalformed : '';
  }
}
