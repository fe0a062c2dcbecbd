import { CDPSession, Page, expect } from '@playwright/test';

interface Node {
  readonly ignored: boolean;
  readonly role?: { value: string };
  readonly name?: { value: string };
  readonly properties?: readonly { name: string; value: { value: unknown } }[];
  readonly backendDOMNodeId?: number;
}

/** Somebody who has the page read out: knows what the browser tells assistive technology, by roles and names, and nothing else. */
export class Reader {
  private constructor(private readonly cdp: CDPSession) {}

  static async of(page: Page): Promise<Reader> {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Accessibility.enable');
    await cdp.send('DOM.enable');
    return new Reader(cdp);
  }

  /** Everything of this role, by name, in the order in which it is read. */
  async named(role: string): Promise<string[]> {
    return (await this.nodes()).filter((node) => roleOf(node) === role).map(nameOf);
  }

  /** Waits until there is something of this role and name. */
  async hears(role: string, name: string): Promise<void> {
    await expect.poll(() => this.named(role), { message: `${role} ${name}` }).toContain(name);
  }

  /** What is inside everything of this role, as it is read. */
  async says(text: string): Promise<void> {
    const all = async () => (await this.named('StaticText')).join(' ');
    await expect.poll(all).toContain(text);
  }

  /** What has the focus. */
  async focused(): Promise<string> {
    const nodes = await this.nodes();
    const found = nodes.find(
      (node) =>
        roleOf(node) !== 'RootWebArea' &&
        node.properties?.some(({ name, value }) => name === 'focused' && value.value === true),
    );
    return found ? `${roleOf(found)} ${nameOf(found)}` : '';
  }

  async type(name: string, text: string): Promise<void> {
    const backendNodeId = await this.find('textbox', name);
    await this.cdp.send('DOM.focus', { backendNodeId });
    await this.cdp.send('Input.insertText', { text });
  }

  async press(name: string): Promise<void> {
    const backendNodeId = await this.find('button', name);
    const { object } = await this.cdp.send('DOM.resolveNode', { backendNodeId });
    await this.cdp.send('Runtime.callFunctionOn', {
      objectId: object.objectId,
      functionDeclaration: 'function () { this.click(); }',
    });
  }

  private async find(role: string, name: string): Promise<number> {
    await this.hears(role, name);
    const nodes = await this.nodes();
    const [found, ...others] = nodes.filter(
      (node) => roleOf(node) === role && nameOf(node) === name,
    );
    if (!found?.backendDOMNodeId || others.length > 0) {
      throw new Error(`There is not one ${role} “${name}”.`);
    }
    return found.backendDOMNodeId;
  }

  private async nodes(): Promise<readonly Node[]> {
    const { nodes } = await this.cdp.send('Accessibility.getFullAXTree');
    return (nodes as readonly Node[]).filter(({ ignored }) => !ignored);
  }
}

function roleOf(node: Node): string {
  return node.role?.value ?? '';
}

function nameOf(node: Node): string {
  return node.name?.value ?? '';
}
