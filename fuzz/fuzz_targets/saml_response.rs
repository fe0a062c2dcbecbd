#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| poolhouse_fuzz::run("saml_response", data));
