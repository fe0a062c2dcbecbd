import { DOCUMENT, effect, inject } from '@angular/core';

/** Has the window's title follow a form's: `Create an account – Example`. An empty one is left to others. */
export function followTitle(title: () => string, appName: () => string): void {
  const document = inject(DOCUMENT);
  effect(() => {
    if (title()) document.title = [title(), appName()].filter(Boolean).join(' – ');
  });
}
