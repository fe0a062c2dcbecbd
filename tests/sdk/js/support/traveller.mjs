/** A browser without a page: it follows redirects, and keeps each host's cookies. */
export class Traveller {
  #cookies = new Map();

  /** Goes there, without following where it leads. */
  async get(url) {
    const { host } = new URL(url);
    const jar = this.#cookies.get(host) ?? new Map();
    this.#cookies.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: cookie ? { cookie } : {} });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      const isGone = /max-age=0|expires=thu, 01 jan 1970/i.test(line);
      if (isGone) jar.delete(name);
      else jar.set(name, value);
    }
    await response.arrayBuffer();
    const location = response.headers.get('location');
    return { status: response.status, to: location && new URL(location, url).href };
  }

  /** Goes on until `isThere` says of an address that nobody goes on from there; returns it. */
  async follow(url, isThere) {
    const visited = [];
    for (let at = url; visited.length < 12; ) {
      if (isThere(at)) return at;
      visited.push(at);
      const { status, to } = await this.get(at);
      if (!to) throw new Error(`${status} at ${visited.join(' -> ')}`);
      at = to;
    }
    throw new Error(`a circle: ${visited.join(' -> ')}`);
  }
}
