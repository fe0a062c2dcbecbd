import { InjectionToken } from '@angular/core';
import { pages } from './languages/en';
import type { PageTexts } from './languages/page-texts';

export const PAGE_TEXTS = new InjectionToken<PageTexts>('PAGE_TEXTS', { factory: () => pages });
