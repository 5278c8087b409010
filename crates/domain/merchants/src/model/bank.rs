//! Where a merchant's money goes.

use kernel::bank::Iban;
use kernel::{Invalid, text};

/// A bank account with its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccount {
    /// The number.
    pub iban: Iban,
    /// Whose account it is.
    pub holder: String,
}

impl BankAccount {
    /// Checks number and holder.
    ///
    /// # Errors
    /// [`Invalid`] naming `iban` or `holder`.
    pub fn parse(iban: &str, holder: &str) -> Result<Self, Invalid> {
        Ok(Self { iban: Iban::parse("iban", iban)?, holder: text::line("holder", holder, 140)? })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_number() {
        let account = BankAccount::parse("DE89370400440532013000", "Ann").unwrap();
        assert!(!format!("{account:?}").contains("3704"));
        assert_eq!(BankAccount::parse("DE89370400440532013000", " ").unwrap_err().field, "holder");
    }
}
