//! merchants
fn main() {}
