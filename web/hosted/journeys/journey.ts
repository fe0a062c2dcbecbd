import { Visitor } from '../support/visitor';

/** A way through the pages, and the states that it shows, as `template: state`. */
export interface Journey {
  readonly name: string;
  readonly shows: readonly string[];
  /** Whether there is such a way for browsers without scripts, with scripts alone, or for both. */
  readonly scripts?: 'with' | 'without';
  walk(visitor: Visitor): Promise<void>;
}
