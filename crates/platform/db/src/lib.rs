//! db
fn main() {}
