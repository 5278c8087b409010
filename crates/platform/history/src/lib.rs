//! history
fn main() {}
