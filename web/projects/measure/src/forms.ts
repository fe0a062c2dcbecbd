import { ChangeDetectionStrategy, Component } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { SignIn, provideSignIn } from '@poolhouse/angular';

/** The same page with the whole sign-in: forms, client, session and English texts. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  selector: 'app-root',
  imports: [SignIn],
  template: '<main><si-sign-in /></main>',
})
class App {}

const names = { endpoint: '/', userPoolId: 'local_1', clientId: 'measure' };
bootstrapApplication(App, { providers: [provideSignIn(names)] }).catch((error: unknown) =>
  console.error(error),
);
