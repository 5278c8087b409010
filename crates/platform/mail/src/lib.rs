//! mail
fn main() {}
