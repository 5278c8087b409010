//! analytics
fn main() {}
