//! customers
fn main() {}
