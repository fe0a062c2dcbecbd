import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  ViewEncapsulation,
  inject,
  input,
} from '@angular/core';

/** A step's heading, at the level that the page around it needs. */
@Component({
  selector: 'si-heading',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  host: {
    class: 'si-title',
    role: 'heading',
    tabindex: '-1',
    '[attr.aria-level]': 'level()',
  },
  template: `<ng-content />`,
})
export class Heading {
  readonly level = input(1);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef);

  focus(): void {
    this.element.nativeElement.focus();
  }
}
