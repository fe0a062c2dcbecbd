import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  signal,
} from '@angular/core';
import { findCode } from './find-code';
import { InboxAnswer, InboxMessage, fetchInbox } from './inbox-client';
import { MailFrame } from './mail-frame';

const POLL = 2_000;

type View = 'html' | 'text';

export { loadInsideStyles } from '../inside-styles';

/** The mail that a server with a local inbox kept instead of sending it. */
@Component({
  selector: 'app-inbox-page',
  imports: [MailFrame],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <main class="shell">
      <header class="shell__header">
        <h1>Inbox</h1>
        <p class="muted shell__lead">Mail that this server kept instead of sending it.</p>
        <a class="si-button si-button--quiet" href="/">Open sign-in</a>
      </header>
      <div role="status" class="si-live">
        @if (answer()?.kind === 'unreachable') {
          <p class="si-offline">The server doesn’t answer. Trying again…</p>
        }
      </div>
      <div class="panel">
        @if (answer()?.kind === 'none') {
          <div class="empty">
            <h2>This server keeps no inbox</h2>
            <p>It sends mail for real. Start it with <code>--inbox</code> to read the mail here.</p>
          </div>
        } @else if (selected(); as message) {
          <div class="mail">
            <ul class="mail__list" aria-label="Messages, newest first">
              @for (each of messages(); track each.id) {
                <li>
                  <button
                    type="button"
                    class="mail__entry"
                    [attr.aria-current]="each === message || null"
                    (click)="picked.set(each.id)"
                  >
                    <span class="mail__subject" dir="auto">{{ each.subject }}</span>
                    <span class="mail__meta">
                      <span class="mail__to">{{ each.to }}</span>
                      <time [attr.datetime]="each.receivedAt">{{ age(each) }}</time>
                    </span>
                  </button>
                </li>
              }
            </ul>
            <article class="mail__message" [attr.aria-label]="message.subject">
              <h2 dir="auto">{{ message.subject }}</h2>
              <p class="muted">To {{ message.to }}<br />From {{ message.from }}</p>
              @if (code(); as code) {
                <div class="code">
                  <span class="code__text" translate="no">{{ code }}</span>
                  <button class="si-button" type="button" (click)="copy(code)">
                    {{ copied() === code ? 'Copied' : 'Copy code' }}
                  </button>
                </div>
              }
              @if (message.html && message.text) {
                <div class="views" role="group" aria-label="Show the mail as">
                  @for (each of views; track each.view) {
                    <button
                      type="button"
                      class="views__view"
                      [attr.aria-pressed]="view() === each.view"
                      (click)="view.set(each.view)"
                    >
                      {{ each.label }}
                    </button>
                  }
                </div>
              }
              @if (message.html && (view() === 'html' || !message.text)) {
                <app-mail-frame [html]="message.html" />
              } @else {
                <pre class="mail__text" dir="auto" tabindex="0">{{ message.text }}</pre>
              }
            </article>
          </div>
        } @else if (answer()) {
          <div class="empty">
            <h2>No mail yet</h2>
            <p>Sign in, and the code shows up here.</p>
          </div>
        }
      </div>
      <p class="si-visually-hidden" role="status">{{ said() }}</p>
    </main>
  `,
})
export class InboxPage {
  protected readonly views: readonly { view: View; label: string }[] = [
    { view: 'html', label: 'HTML' },
    { view: 'text', label: 'Text' },
  ];
  protected readonly answer = signal<InboxAnswer | null>(null);
  protected readonly messages = signal<readonly InboxMessage[]>([]);
  protected readonly picked = signal('');
  protected readonly view = signal<View>('html');
  protected readonly copied = signal('');
  protected readonly said = signal('');
  private readonly now = signal(Date.now());
  /** The one picked, as long as it is there; else the newest. */
  protected readonly selected = computed<InboxMessage | undefined>(
    () => this.messages().find(({ id }) => id === this.picked()) ?? this.messages()[0],
  );
  protected readonly code = computed(() => findCode(this.selected()?.text ?? ''));

  constructor() {
    document.title = 'Inbox – Poolhouse';
    const leaving = new AbortController();
    const poll = async () => {
      if (!document.hidden) this.take(await fetchInbox(leaving.signal));
    };
    void poll();
    const ticker = setInterval(() => void poll(), POLL);
    inject(DestroyRef).onDestroy(() => {
      clearInterval(ticker);
      leaving.abort();
    });
    effect(() => {
      const count = this.messages().length;
      if (count) document.title = `Inbox (${count}) – Poolhouse`;
    });
  }

  protected age(message: InboxMessage): string {
    const received = new Date(message.receivedAt);
    const minutes = Math.floor((this.now() - received.getTime()) / 60_000);
    if (minutes < 1) return 'just now';
    return minutes < 60 ? `${minutes} min ago` : received.toLocaleString();
  }

  protected async copy(code: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(code);
    } catch {
      // No clipboard without a secure address, or without leave: then the code is read off.
      this.said.set('Copying isn’t possible here.');
      return;
    }
    this.copied.set(code);
    this.said.set('Code copied');
  }

  /** A poll that failed leaves the mail on the screen. */
  private take(answer: InboxAnswer): void {
    this.answer.set(answer);
    this.now.set(Date.now());
    if (answer.kind === 'messages') this.messages.set(answer.messages);
  }
}
