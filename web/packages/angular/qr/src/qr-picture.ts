import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  input,
} from '@angular/core';
import { QUIET, modulesPath } from '@poolhouse/auth/authenticator';
import { encode } from 'uqr';

/**
 * A QR code, drawn here: what it holds is a secret, which no server that makes pictures is to see. One path in an inline SVG,
 * which no content security policy minds.
 */
@Component({
  selector: 'si-qr-picture',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  template: `
    <svg
      class="si-qr"
      role="img"
      width="224"
      shape-rendering="crispEdges"
      [attr.viewBox]="picture().box"
      [attr.aria-label]="label()"
    >
      <!-- Dark on light, whatever the page is: readers find no code the other way round. -->
      <rect fill="#fff" width="100%" height="100%" />
      <path fill="#000" [attr.d]="picture().path" />
    </svg>
  `,
})
export class QrPicture {
  readonly text = input.required<string>();
  /** What it is, to those who do not see it. */
  readonly label = input.required<string>();

  protected readonly picture = computed(() => {
    const { data, size } = encode(this.text(), { ecc: 'M', border: QUIET });
    return { box: `0 0 ${size} ${size}`, path: modulesPath(data) };
  });
}
