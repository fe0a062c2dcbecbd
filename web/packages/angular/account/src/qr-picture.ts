import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  input,
} from '@angular/core';
import { encode } from 'uqr';

/** Modules of light around the code, without which readers do not find it. */
const QUIET = 4;

/**
 * A QR code, drawn here: what it holds is a secret, which no server that makes pictures is to see. One path in an inline SVG,
 * which no content security policy minds.
 */
@Component({
  selector: 'si-qr-picture',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    @let drawn = picture();
    <svg
      class="si-qr"
      role="img"
      shape-rendering="crispEdges"
      [attr.viewBox]="'0 0 ' + drawn.size + ' ' + drawn.size"
      [attr.aria-label]="label()"
    >
      <rect class="si-qr__light" width="100%" height="100%" />
      <path class="si-qr__dark" [attr.d]="drawn.path" />
    </svg>
  `,
})
export class QrPicture {
  readonly text = input.required<string>();
  /** What it is, to those who do not see it. */
  readonly label = input.required<string>();

  protected readonly picture = computed(() => {
    const { data, size } = encode(this.text(), { ecc: 'M', border: QUIET });
    // A row of dark modules is one run: `M x y h n v 1 h -n z`.
    const runs = data.flatMap((row, y) => {
      const text = row.map((dark) => (dark ? '1' : '0')).join('');
      return [...text.matchAll(/1+/g)].map(
        ({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`,
      );
    });
    return { size, path: runs.join('') };
  });
}
