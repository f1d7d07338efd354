#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rounds_fuzz::phone::rows(data));
