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
import { authenticatorUri, spacedKey } from '@poolhouse/auth/authenticator';
import { SIGN_IN_TEXTS, SubmitButton, uniqueId } from '@poolhouse/angular/parts';
import {
  ACCOUNT,
  ACCOUNT_TEXTS,
  AccountSection,
  CodeField,
  Task,
} from '@poolhouse/angular/account-parts';
import { QrPicture } from '@poolhouse/angular/qr';

/** An authenticator app, to be asked for after the password. */
@Component({
  selector: 'si-account-app',
  imports: [AccountSection, CodeField, QrPicture, SubmitButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <si-account-section
      [title]="texts().app"
      [level]="headingLevel()"
      [error]="panel()"
      [note]="task.note()"
    >
      @if (key(); as secret) {
        <form class="si-form" method="post" novalidate (submit)="submit($event)">
          <p class="si-lead" [id]="id">{{ texts().appLead }}</p>
          <si-qr-picture [text]="uri()" [label]="texts().appPicture" />
          <p class="si-key">
            <span class="si-label">{{ texts().appKey }}</span>
            <code translate="no" dir="ltr">{{ spaced(secret) }}</code>
          </p>
          <si-code-field
            [describedBy]="id"
            [label]="texts().appCode"
            [busy]="task.busy()"
            [error]="ofCode() ? task.error() : ''"
            (codeCompleted)="confirm($event)"
          />
          <si-submit-button [busy]="task.busy()" [label]="common().verify" />
          <div class="si-links">
            <button type="button" class="si-link" (click)="leave()">{{ texts().cancel }}</button>
          </div>
        </form>
      } @else {
        @if (on() === null) {
          @if (!task.problem()) {
            <p class="si-note">{{ texts().loading }}</p>
          }
        } @else {
          <p class="si-lead">{{ on() ? texts().appOn : texts().appOff }}</p>
          <div class="si-actions">
            <button
              type="button"
              class="si-button si-button--quiet"
              [attr.aria-disabled]="task.busy() || null"
              (click)="begin()"
            >
              {{ on() ? texts().replaceApp : texts().setUpApp }}
            </button>
            @if (on()) {
              <button
                type="button"
                class="si-button si-button--quiet"
                [attr.aria-disabled]="task.busy() || null"
                (click)="stop()"
              >
                {{ texts().stopApp }}
              </button>
            }
          </div>
        }
      }
    </si-account-section>
  `,
})
export class AccountApp {
  readonly headingLevel = input(2);
  /** What the authenticator app shows as the name of your app. */
  readonly issuer = input('');

  protected readonly common = inject(SIGN_IN_TEXTS);
  protected readonly texts = inject(ACCOUNT_TEXTS);
  protected readonly spaced = spacedKey;
  protected readonly id = uniqueId('lead');
  protected readonly task = new Task();
  /** Whether an app is asked for; `null` while that is not known. */
  protected readonly on = signal<boolean | null>(null);
  /** The key to be set up; nowhere but here, and gone when the form is. */
  protected readonly key = signal('');
  protected readonly uri = computed(() => authenticatorUri(this.issuer(), this.who(), this.key()));
  protected readonly ofCode = computed(() => this.task.problem() === 'app-code');
  protected readonly panel = computed(() => (this.ofCode() ? '' : this.task.error()));
  private readonly who = signal('');
  private readonly calls = inject(ACCOUNT);
  private readonly injector = inject(Injector);
  private readonly section = viewChild.required(AccountSection);
  private readonly code = viewChild(CodeField);

  constructor() {
    afterNextRender(() => void this.task.run(() => this.load()));
  }

  protected async begin(): Promise<void> {
    const begun = await this.task.run(async () =>
      this.key.set(await this.calls.startAuthenticator()),
    );
    if (begun) afterNextRender(() => this.code()?.focus(), { injector: this.injector });
  }

  protected submit(event: Event): void {
    event.preventDefault();
    const code = this.task.busy() ? null : (this.code()?.take() ?? null);
    if (code !== null) void this.confirm(code);
  }

  protected async confirm(code: string): Promise<void> {
    const done = await this.task.run(async () => {
      await this.calls.confirmAuthenticator(code);
      await this.load();
    });
    if (!done) return;
    this.leave();
    this.task.note.set(this.texts().appDone);
  }

  protected async stop(): Promise<void> {
    const done = await this.task.run(async () => {
      await this.calls.stopAuthenticator();
      await this.load();
    });
    if (!done) return;
    this.section().focus();
    this.task.note.set(this.texts().appStopped);
  }

  protected leave(): void {
    this.task.forget();
    this.key.set('');
    this.section().focus();
  }

  private async load(): Promise<void> {
    const { username, attributes, factors } = await this.calls.profile();
    this.who.set(attributes['email'] ?? username);
    this.on.set(factors.includes('SOFTWARE_TOKEN_MFA'));
  }
}
