//! context
fn main() {}
