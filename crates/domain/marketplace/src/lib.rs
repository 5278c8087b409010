//! marketplace
fn main() {}
