//! access
fn main() {}
