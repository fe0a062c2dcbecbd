import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  Injector,
  ViewContainerRef,
  afterNextRender,
  computed,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { SIGN_IN_TEXTS, Session } from '@poolhouse/angular';
import { AuthError } from '@poolhouse/auth';
import { Brand } from './brand';
import { PAGE_TEXTS } from './demo-texts';

/** Who is signed in, by the ID token; and what an app does with a session. */
@Component({
  selector: 'app-signed-in-page',
  imports: [Brand],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <main class="page">
      <div class="si-card page__card page__card--wide">
        <app-brand />
        <div class="si-form">
          <div class="account">
            <span class="account__face" aria-hidden="true" translate="no">{{ initials() }}</span>
            <div class="si-heading">
              <h1 class="si-title" tabindex="-1" #heading>{{ welcome() }}</h1>
              <p class="si-lead">
                {{ lead[0] }}<strong translate="no" dir="auto">{{ who() }}</strong
                >{{ lead[1] }}
              </p>
            </div>
          </div>
          <dl class="claims">
            @for (row of rows(); track row.name) {
              <div class="claims__row">
                <dt>{{ row.name }}</dt>
                <dd dir="auto">{{ row.value }}</dd>
                @if (row.renews) {
                  <dd class="claims__action">
                    <button
                      class="si-link"
                      type="button"
                      [attr.aria-disabled]="busy() || null"
                      (click)="run(renew)"
                    >
                      {{ texts.refresh }}
                    </button>
                  </dd>
                }
              </div>
            }
          </dl>
          <div class="si-live" role="alert">
            @if (error()) {
              <p class="si-panel">{{ error() }}</p>
            }
          </div>
          <div class="actions">
            @for (action of actions; track action.label) {
              <button
                class="si-button"
                [class.si-button--quiet]="!$first"
                type="button"
                [attr.aria-disabled]="busy() || null"
                (click)="run(action.work)"
              >
                {{ action.label }}
              </button>
            }
          </div>
          <p class="si-note" role="status">{{ note() }}</p>
        </div>
      </div>
      @if (lost()) {
        <div class="si-card page__card page__card--wide">
          <div class="si-form">
            <p class="si-panel" role="alert">{{ texts.tryAgain }}</p>
            <button class="si-button si-button--quiet" type="button" (click)="retry()">
              {{ texts.retry }}
            </button>
          </div>
        </div>
      }
      <ng-container #more />
    </main>
  `,
})
export class SignedInPage {
  protected readonly texts = inject(PAGE_TEXTS);
  protected readonly lead = this.texts.signedInAs.split('{name}');
  private readonly session = inject(Session);
  private readonly language = inject(SIGN_IN_TEXTS)().lang;
  private readonly injector = inject(Injector);
  private readonly more = viewChild.required('more', { read: ViewContainerRef });
  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');
  private readonly claims = computed(() => this.session.claims() ?? {});
  protected readonly busy = signal(false);
  protected readonly error = signal('');
  protected readonly note = signal('');
  /** What can be done about the account cannot be fetched. */
  protected readonly lost = signal(false);
  private readonly email = computed(() => text(this.claims()['email']));
  private readonly name = computed(() => text(this.claims()['name']));
  protected readonly who = computed(
    () => this.email() || text(this.claims()['cognito:username']) || text(this.claims()['sub']),
  );
  protected readonly welcome = computed(() =>
    this.name() ? this.texts.welcomeName.replace('{name}', this.name()) : this.texts.welcome,
  );
  protected readonly initials = computed(() => initialsOf(this.name() || this.who()));
  protected readonly rows = computed(() =>
    [
      { name: this.texts.name, value: this.name() },
      { name: this.texts.email, value: this.email() },
      { name: this.texts.lastSignIn, value: this.moment(this.claims()['auth_time']) },
      { name: this.texts.tokensUntil, value: this.moment(this.claims()['exp']), renews: true },
    ].filter((row) => row.value),
  );
  protected readonly actions = [
    { label: this.texts.signOut, work: () => this.session.signOut() },
    { label: this.texts.signOutEverywhere, work: () => this.session.signOutEverywhere() },
  ];

  private left = false;

  constructor() {
    inject(DestroyRef).onDestroy(() => (this.left = true));
    document.title = `${this.texts.signedInTitle} – Poolhouse`;
    afterNextRender(() => {
      this.heading().nativeElement.focus();
      this.showSections().catch(() => this.lost.set(true));
    });
  }

  /** The session is kept meanwhile; and a newer page has files of other names. */
  protected retry(): void {
    location.reload();
  }

  protected async run(work: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.error.set('');
    this.note.set('');
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      this.error.set(error.kind === 'refused' ? this.texts.sessionEnded : this.texts.tryAgain);
    } finally {
      this.busy.set(false);
    }
  }

  protected readonly renew = async (): Promise<void> => {
    if (await this.session.renew()) this.note.set(this.texts.refreshed);
  };

  /** What can be done about the account comes when who is signed in can be seen. */
  private async showSections(): Promise<void> {
    const { AccountSections, provideAccountWords } = await import('./account-sections');
    const providers = [await provideAccountWords(this.language)];
    const injector = Injector.create({ parent: this.injector, providers });
    // Left meanwhile, by a sign-out.
    if (this.left) return;
    const sections = this.more().createComponent(AccountSections, { injector });
    sections.setInput('username', this.who());
  }

  /** Of seconds since 1970, in the page's language, and as it is written where the reader is. */
  private moment(seconds: unknown): string {
    if (typeof seconds !== 'number') return '';
    const name = primary(this.language);
    const own = navigator.languages.find((tag) => primary(tag) === name);
    const format = new Intl.DateTimeFormat(own ?? this.language, {
      dateStyle: 'long',
      timeStyle: 'short',
    });
    return format.format(1000 * seconds);
  }
}

/** `en` of `en-GB`. */
function primary(tag: string): string {
  return tag.split('-')[0] ?? tag;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** `AS` of `Ana Silva` and of `ana.silva@example.com`. */
function initialsOf(name: string): string {
  const words = (name.split('@')[0] ?? '').split(/[\s._-]+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase())
    .join('');
}
