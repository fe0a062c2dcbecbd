import {
  ChangeDetectionStrategy,
  Component,
  afterNextRender,
  computed,
  ElementRef,
  inject,
  input,
  linkedSignal,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { AuthError, CognitoClient, Tokens, readClaims } from '@poolhouse/sign-in';
import { Brand } from './brand';

const SESSION_ENDED = 'This session has ended. Sign out and in again.';
const TRY_AGAIN = 'That didn’t work. Check your connection and try again.';

/** Who is signed in, by the ID token; and what an app does with the tokens. They stay in memory. */
@Component({
  selector: 'app-signed-in-page',
  imports: [Brand],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <main class="page" lang="en" dir="ltr">
      <div class="si-card page__card page__card--wide">
        <app-brand />
        <div class="si-form">
          <div class="si-heading">
            <h1 class="si-title" tabindex="-1" #heading>Welcome</h1>
            <p class="si-lead">
              You’re signed in as <strong translate="no">{{ who() }}</strong
              >.
            </p>
          </div>
          <dl class="claims">
            @for (row of rows(); track row.name) {
              <div class="claims__row">
                <dt>{{ row.name }}</dt>
                <dd translate="no">{{ row.value }}</dd>
              </div>
            }
          </dl>
          <div class="si-live" role="alert">
            @if (error()) {
              <p class="si-panel">{{ error() }}</p>
            }
          </div>
          <div class="actions">
            <button
              class="si-button"
              type="button"
              [attr.aria-disabled]="busy() || null"
              (click)="refresh()"
            >
              Refresh tokens
            </button>
            <button
              class="si-button si-button--quiet"
              type="button"
              [attr.aria-disabled]="busy() || null"
              (click)="signOut()"
            >
              Sign out
            </button>
            <button
              class="si-button si-button--quiet"
              type="button"
              [attr.aria-disabled]="busy() || null"
              (click)="signOutEverywhere()"
            >
              Sign out everywhere
            </button>
          </div>
          <p class="si-note" role="status">{{ note() }}</p>
        </div>
      </div>
    </main>
  `,
})
export class SignedInPage {
  readonly tokens = input.required<Tokens>();
  readonly signedOut = output();

  private readonly client = inject(CognitoClient);
  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');
  private readonly current = linkedSignal(() => this.tokens());
  private readonly claims = computed(() => readClaims(this.current().idToken) ?? {});
  protected readonly busy = signal(false);
  protected readonly error = signal('');
  protected readonly note = signal('');
  protected readonly who = computed(() =>
    String(this.claims()['email'] ?? this.claims()['cognito:username'] ?? this.claims()['sub']),
  );
  protected readonly rows = computed(() => {
    const claims = this.claims();
    return [
      { name: 'User', value: claims['cognito:username'] },
      { name: 'Issuer', value: claims['iss'] },
      { name: 'Signed in', value: clockTime(claims['auth_time']) },
      { name: 'Token issued', value: clockTime(claims['iat']) },
      { name: 'Token expires', value: clockTime(claims['exp']) },
    ].filter((row) => row.value !== undefined);
  });

  constructor() {
    document.title = 'Signed in – Poolhouse';
    afterNextRender(() => this.heading().nativeElement.focus());
  }

  protected refresh(): Promise<void> {
    return this.run(async () => {
      const { refreshToken } = this.current();
      if (!refreshToken) throw new AuthError('refused', '', 'There is no refresh token.');
      // A client that does not rotate refresh tokens answers without one: the old one goes on.
      this.current.set({ refreshToken, ...(await this.client.refresh(refreshToken)) });
      this.note.set('You have new tokens.');
    });
  }

  protected signOut(): Promise<void> {
    return this.leave(async () => {
      const { refreshToken } = this.current();
      if (refreshToken) await this.client.revoke(refreshToken);
    });
  }

  protected signOutEverywhere(): Promise<void> {
    return this.leave(() => this.client.signOutEverywhere(this.current().accessToken));
  }

  private leave(work: () => Promise<void>): Promise<void> {
    return this.run(async () => {
      try {
        await work();
      } catch (error) {
        // Tokens that the server refuses are signed out already.
        if (!isRefusal(error)) throw error;
      }
      this.signedOut.emit();
    });
  }

  private async run(work: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.error.set('');
    this.note.set('');
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      this.error.set(isRefusal(error) ? SESSION_ENDED : TRY_AGAIN);
    } finally {
      this.busy.set(false);
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof AuthError && error.kind === 'refused';
}

/** Of seconds since 1970, in the browser's own format. */
function clockTime(seconds: unknown): string | undefined {
  if (typeof seconds !== 'number') return undefined;
  const format: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'medium' };
  return new Date(1000 * seconds).toLocaleString(undefined, format);
}
