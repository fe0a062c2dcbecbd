import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  ViewEncapsulation,
  afterNextRender,
  input,
  output,
  viewChild,
} from '@angular/core';
import { uniqueId } from '@poolhouse/angular/parts';

/** A field with its label, and what is wrong with it. */
@Component({
  selector: 'si-text-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  host: { class: 'si-field' },
  template: `
    <label class="si-label" [for]="id">{{ label() }}</label>
    <input
      #field
      class="si-input"
      autocapitalize="off"
      spellcheck="false"
      required
      [name]="name()"
      [type]="type()"
      [autocomplete]="autocomplete()"
      [id]="id"
      [readOnly]="readonly()"
      [attr.aria-invalid]="error() ? true : null"
      [attr.aria-describedby]="error() ? id + '-error' : null"
      (input)="typed.emit(field.value)"
    />
    @if (error()) {
      <p class="si-field-error" [id]="id + '-error'">{{ error() }}</p>
    }
  `,
})
export class TextField {
  readonly label = input.required<string>();
  readonly name = input.required<string>();
  readonly type = input('text');
  readonly autocomplete = input<AutoFill>('off');
  /** What stands in it at first. */
  readonly initial = input('');
  readonly readonly = input(false);
  readonly error = input('');
  readonly typed = output<string>();

  protected readonly id = uniqueId('field');
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');

  constructor() {
    afterNextRender(() => {
      const field = this.field().nativeElement;
      // Not by a binding: that would wipe what was typed while the page was only rendered.
      if (this.initial() && !field.value) field.value = this.initial();
    });
  }

  get value(): string {
    return this.field().nativeElement.value.trim();
  }

  focus(): void {
    this.field().nativeElement.focus({ preventScroll: true });
  }
}
