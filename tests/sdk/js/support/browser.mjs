/** A browser without scripts: cookies, redirects, forms. */

export class Browser {
  #cookies = new Map();

  /** Goes there and follows redirects as long as they stay at the server; answers the page, or where it was sent away to. */
  async visit(url, options = {}) {
    const headers = { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; '), ...options.headers };
    const response = await fetch(url, { ...options, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/max-age=0/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (!location) return { url, text: await response.text(), status: response.status };
    const target = new URL(location, url);
    if (target.origin !== new URL(url).origin) return { left: target };
    return this.visit(target.href);
  }

  /** Sends the form of a page with these fields. */
  submit(page, fields) {
    const form = /<form[^>]*action="([^"]*)"/.exec(page.text);
    const hidden = page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
    const body = new URLSearchParams();
    for (const [, name, value] of hidden) body.set(name, decoded(value));
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return this.visit(new URL(decoded(form[1]), page.url).href, { method: 'POST', body });
  }
}

function decoded(text) {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)).replace(/&amp;/g, '&');
}
