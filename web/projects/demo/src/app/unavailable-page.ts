import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { Brand } from './brand';
import { PAGE_TEXTS } from './demo-texts';

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
            <h1 class="si-title">{{ texts.unavailableTitle }}</h1>
            <p class="si-lead">{{ texts.unavailableLead }}</p>
          </div>
          <button class="si-button" type="button" (click)="retry()">{{ texts.retry }}</button>
        </div>
      </div>
    </main>
  `,
})
export class UnavailablePage {
  protected readonly texts = inject(PAGE_TEXTS);

  protected retry(): void {
    location.reload();
  }
}
