import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ViewEncapsulation,
  afterNextRender,
  computed,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { fill, formatTime } from '@poolhouse/auth/common-texts';
import { SIGN_IN_TEXTS } from '@poolhouse/angular/parts';

/** Seconds between two mails. Each takes the code of the one before away, and the hour has few of them. */
const WAIT = 30;

/** Asks for another code, after a while. */
@Component({
  selector: 'si-resend-link',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <button type="button" class="si-link" [attr.aria-disabled]="still() || null" (click)="press()">
      {{ label() }}
    </button>
  `,
})
export class ResendLink {
  readonly busy = input(false);
  /** One was sent just now. */
  readonly sent = input(true);
  readonly asked = output();

  private readonly texts = inject(SIGN_IN_TEXTS);
  private readonly until = signal(0);
  private readonly now = signal(0);
  private readonly left = computed(() =>
    Math.max(0, Math.ceil((this.until() - this.now()) / 1000)),
  );
  protected readonly still = computed(() => this.busy() || this.left() > 0);
  protected readonly label = computed(() => {
    const { renew, renewIn } = this.texts();
    return this.left() > 0 ? fill(renewIn, { time: formatTime(this.left()) }) : renew;
  });
  private ticker: ReturnType<typeof setInterval> | undefined;

  constructor() {
    afterNextRender(() => {
      if (this.sent()) this.wait();
    });
    inject(DestroyRef).onDestroy(() => clearInterval(this.ticker));
  }

  protected press(): void {
    if (this.still()) return;
    this.wait();
    this.asked.emit();
  }

  private wait(): void {
    clearInterval(this.ticker);
    this.now.set(Date.now());
    this.until.set(Date.now() + 1000 * WAIT);
    this.ticker = setInterval(() => {
      this.now.set(Date.now());
      if (this.left() === 0) clearInterval(this.ticker);
    }, 500);
  }
}
