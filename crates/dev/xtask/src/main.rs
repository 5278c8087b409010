//! Checks of the crate graph and the export of the schema.
fn main() {}
