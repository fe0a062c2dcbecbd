import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  afterRenderEffect,
  input,
  viewChild,
} from '@angular/core';

interface HtmlPolicy {
  createHTML(html: string): string;
}

/**
 * Mail may carry anything. The frame runs no script, sends no form, opens no window, has an origin
 * of its own, and inherits the page's content security policy, so nothing is fetched from outside.
 * That is what lets the HTML in as it is, where the page itself only takes what Angular checked.
 */
const policy = mailPolicy();

/** An HTML mail, as its reader's mail program would show it. */
@Component({
  selector: 'app-mail-frame',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<iframe #frame class="mail-frame" sandbox="" title="The mail as HTML"></iframe>`,
})
export class MailFrame {
  readonly html = input.required<string>();
  private readonly frame = viewChild.required<ElementRef<HTMLIFrameElement>>('frame');

  constructor() {
    afterRenderEffect(() => {
      this.frame().nativeElement.srcdoc = policy.createHTML(this.html());
    });
  }
}

function mailPolicy(): HtmlPolicy {
  const untouched: HtmlPolicy = { createHTML: (html) => html };
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy(name: string, rules: HtmlPolicy): HtmlPolicy };
  };
  return trustedTypes?.createPolicy('inbox-mail', untouched) ?? untouched;
}
