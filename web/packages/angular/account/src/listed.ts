import { Signal, afterNextRender, signal } from '@angular/core';
import { AccountSection, Task } from '@poolhouse/angular/account-parts';

/** A list of the account's: fetched when it is shown, and again after every change. Made in an injection context. */
export class Listed<T> {
  readonly task = new Task();
  /** `null` while nobody knows. */
  readonly items = signal<readonly T[] | null>(null);

  constructor(
    private readonly fetch: () => Promise<readonly T[]>,
    private readonly section: Signal<AccountSection>,
  ) {
    afterNextRender(() => void this.task.run(() => this.load()));
  }

  /** Does something to it, says that it is done, and goes to the heading: what was pressed may be gone. */
  async change(work: () => Promise<void>, note: string): Promise<void> {
    const done = await this.task.run(async () => {
      await work();
      await this.load();
    });
    if (!done) return;
    this.task.note.set(note);
    this.section().focus();
  }

  private async load(): Promise<void> {
    this.items.set(await this.fetch());
  }
}
