import { bootstrapApplication } from '@angular/platform-browser';
import { Form } from './form';

/** A page with a small form of its own, in one file. */
bootstrapApplication(Form).catch((error: unknown) => console.error(error));
