//! workflows
fn main() {}
