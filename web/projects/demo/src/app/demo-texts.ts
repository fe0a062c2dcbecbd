import { InjectionToken } from '@angular/core';
import type { PageTexts } from './languages/page-texts';

/** Of the account, and of the page that stands in for a sign-in that is not there. */
export const PAGE_TEXTS = new InjectionToken<PageTexts>('PAGE_TEXTS');
