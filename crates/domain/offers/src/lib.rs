//! offers
fn main() {}
