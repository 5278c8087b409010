//! assets
fn main() {}
