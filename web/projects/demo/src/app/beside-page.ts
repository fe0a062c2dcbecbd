import { ChangeDetectionStrategy, Component, StaticProvider, input, output } from '@angular/core';
import { ForgotPassword, SignUp, provideAccountTexts } from '@poolhouse/angular/self-service';
import type { AccountTexts } from '@poolhouse/auth/account';
import type { View } from './beside';
import { injectOffers } from './offers';

/** A sign-up, the code of an earlier one, or a forgotten password. */
@Component({
  selector: 'app-beside-page',
  imports: [ForgotPassword, SignUp],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <main class="page">
      @if (view() === 'forgot') {
        <si-forgot-password appName="Poolhouse" [email]="email()" (signIn)="signIn.emit($event)">
          <img class="brand" src="wordmark.svg" alt="Poolhouse" width="154" height="28" />
        </si-forgot-password>
      } @else {
        <si-sign-up
          appName="Poolhouse"
          [email]="email()"
          [confirming]="view() === 'confirm'"
          [attributes]="offers.signUp ?? []"
          [byLink]="offers.signUpByLink"
          (signIn)="signIn.emit($event)"
        >
          <img class="brand" src="wordmark.svg" alt="Poolhouse" width="154" height="28" />
        </si-sign-up>
      }
    </main>
  `,
})
export class BesidePage {
  readonly view = input.required<View>();
  readonly email = input('');
  readonly signIn = output<string>();
  protected readonly offers = injectOffers();
}

/** The words of these forms. */
export function provideWords(texts: AccountTexts): StaticProvider {
  return provideAccountTexts(texts) as StaticProvider;
}
