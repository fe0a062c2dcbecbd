import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ViewContainerRef,
  inject,
  inputBinding,
  outputBinding,
  signal,
  viewChild,
} from '@angular/core';
import { SignIn, SignInFlow, Tokens } from '@poolhouse/sign-in';
import { Brand } from './brand';

/** Long enough to see that it worked. */
const GREETING = 600;

@Component({
  selector: 'app-sign-in-page',
  imports: [Brand, SignIn],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (!left()) {
      <main class="page">
        <si-sign-in appName="Poolhouse" (signedIn)="onSignedIn($event)"><app-brand /></si-sign-in>
      </main>
    }
    <ng-container #next />
  `,
})
export class SignInPage {
  protected readonly left = signal(false);
  private readonly flow = inject(SignInFlow);
  private readonly next = viewChild.required('next', { read: ViewContainerRef });
  private greeting: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.greeting));
  }

  protected onSignedIn(tokens: Tokens): void {
    this.greeting = setTimeout(() => void this.showSignedIn(tokens), GREETING);
  }

  /** Fetched when somebody has signed in: nobody waits for it before. */
  private async showSignedIn(tokens: Tokens): Promise<void> {
    const { SignedInPage } = await import('./signed-in-page');
    this.left.set(true);
    this.next().createComponent(SignedInPage, {
      bindings: [
        inputBinding('tokens', () => tokens),
        outputBinding('signedOut', () => this.onSignedOut()),
      ],
    });
  }

  private onSignedOut(): void {
    this.next().clear();
    this.flow.useDifferentAccount();
    this.left.set(false);
  }
}
