import { Directive, ElementRef, inject, input } from '@angular/core';

/** A step's heading, at the level that the page around it needs. */
@Directive({
  selector: 'si-heading',
  host: {
    class: 'si-title',
    role: 'heading',
    tabindex: '-1',
    '[attr.aria-level]': 'level()',
  },
})
export class Heading {
  readonly level = input(1);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef);

  focus(): void {
    this.element.nativeElement.focus();
  }
}
