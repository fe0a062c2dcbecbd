import { ChangeDetectionStrategy, Component } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';

/** An Angular page that does next to nothing: what the forms are weighed against. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  selector: 'app-root',
  template: '<main><h1>Hello</h1></main>',
})
class App {}

bootstrapApplication(App).catch((error: unknown) => console.error(error));
