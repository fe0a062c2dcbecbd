import {
  ChangeDetectionStrategy,
  Component,
  ViewContainerRef,
  afterNextRender,
  viewChild,
} from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { Form } from './form';

/**
 * The page with a small form, and a part that it fetches later, as any app does that has a router:
 * a bundler then keeps what both need in a file of its own, and each file is compressed by itself.
 */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  selector: 'app-root',
  imports: [Form],
  template: '<app-form /><ng-container #later />',
})
class App {
  private readonly later = viewChild.required('later', { read: ViewContainerRef });

  constructor() {
    afterNextRender(async () => {
      const { Later } = await import('./later');
      this.later().createComponent(Later).setInput('name', 'later');
    });
  }
}

bootstrapApplication(App).catch((error: unknown) => console.error(error));
