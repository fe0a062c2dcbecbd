import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  Injectable,
  afterNextRender,
  afterRenderEffect,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  model,
  output,
  signal,
  viewChild,
} from '@angular/core';

/**
 * A page with a small form of its own, in the Angular that any form is written in today: signals,
 * control flow, inputs, outputs, queries, projection. What Angular brings for it, it brings for ours.
 */
@Injectable({ providedIn: 'root' })
class Names {
  readonly all = signal<readonly string[]>([]);
}

@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  selector: 'app-field',
  host: { '(document:selectionchange)': 'moved.emit()', '[attr.aria-level]': 'level()' },
  template: `
    <label [for]="id()"><ng-content select="[label]" /></label>
    <input
      #field
      [id]="id()"
      [readOnly]="still()"
      [attr.aria-invalid]="wrong() || null"
      [class.wrong]="wrong()"
      [style.--length]="level()"
      (input)="value.set(field.value)"
    />
    <ng-content />
  `,
})
export class Field {
  readonly id = input.required<string>();
  readonly level = input(1);
  readonly still = input(false);
  readonly wrong = input(false);
  readonly value = model('');
  readonly moved = output();
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');

  constructor() {
    afterNextRender(() => this.field().nativeElement.focus());
    afterRenderEffect(() => this.field().nativeElement.setAttribute('data-value', this.value()));
  }
}

@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  selector: 'app-root, app-form',
  imports: [Field],
  template: `
    <form (submit)="$event.preventDefault(); names.all.set([name()])">
      @switch (step()) {
        @case ('name') {
          <app-field id="name" [(value)]="name" [wrong]="empty()">
            <b label>Name</b>
            @if (empty(); as none) {
              <p>Missing: {{ none }}</p>
            }
          </app-field>
        }
      }
      <ul>
        @for (each of names.all(); track each) {
          <li>{{ each }}</li>
        }
      </ul>
    </form>
  `,
})
export class Form {
  protected readonly names = inject(Names);
  protected readonly step = signal('name');
  protected readonly name = signal('');
  protected readonly empty = computed(() => !this.name());
  protected readonly kept = linkedSignal({ source: this.name, computation: () => false });

  constructor() {
    effect(() => (document.title = this.name() || String(this.kept())));
  }
}
