import { ChangeDetectionStrategy, Component } from '@angular/core';
import { Brand } from './brand';

/** The server answers no settings: nothing to sign in to. */
@Component({
  selector: 'app-unavailable-page',
  imports: [Brand],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <main class="page">
      <div class="si-card page__card">
        <app-brand />
        <div class="si-form">
          <div class="si-heading">
            <h1 class="si-title">Sign-in isn’t available</h1>
            <p class="si-lead">
              The server didn’t say which user pool to use. Check that it is running and that a pool
              is set up.
            </p>
          </div>
          <button class="si-button" type="button" (click)="retry()">Try again</button>
        </div>
      </div>
    </main>
  `,
})
export class UnavailablePage {
  protected retry(): void {
    location.reload();
  }
}
