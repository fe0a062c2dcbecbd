import { Directive, forwardRef, inject } from '@angular/core';
import { ControlValueAccessor, NG_VALUE_ACCESSOR } from '@angular/forms';
import { OtpInput } from '@poolhouse/angular/steps';

/** Makes `<si-otp-input>` a control of Angular's forms: `formControl`, `formControlName`, `ngModel`. */
@Directive({
  selector: 'si-otp-input[formControl], si-otp-input[formControlName], si-otp-input[ngModel]',
  providers: [
    { provide: NG_VALUE_ACCESSOR, useExisting: forwardRef(() => OtpControl), multi: true },
  ],
})
export class OtpControl implements ControlValueAccessor {
  private readonly input = inject(OtpInput);
  private writing = false;

  writeValue(value: string | null): void {
    this.writing = true;
    this.input.value.set(value ?? '');
    this.writing = false;
  }

  registerOnChange(change: (value: string) => void): void {
    this.input.value.subscribe((value) => {
      if (!this.writing) change(value);
    });
  }

  registerOnTouched(touched: () => void): void {
    this.input.touched.subscribe(touched);
  }

  setDisabledState(disabled: boolean): void {
    this.input.disabled.set(disabled);
  }
}
