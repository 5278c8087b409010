//! Credit transfers for the bank: pain.001.001.09 by the rules of SEPA.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use kernel::id::PayoutRunId;
use kernel::{Currency, Money};
use marketplace::PayingAccount;
use unicode_normalization::UnicodeNormalization as _;

use super::xml::Xml;
use crate::entity::payout;

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
/// The longest name that SEPA carries.
const NAME_MAX: usize = 70;

/// What goes into the file beside the payouts.
pub(crate) struct Header<'a> {
    /// The run; it names the message.
    pub run: PayoutRunId,
    /// From where the money goes.
    pub account: &'a PayingAccount,
    /// When the run was made.
    pub created_at: DateTime<Utc>,
    /// The day on which the bank is to pay.
    pub execute_on: NaiveDate,
}

/// The file; `None` when SEPA cannot carry it: another currency, no payouts, or a sum beyond what fits.
pub(crate) fn write(header: &Header<'_>, rows: &[payout::Model]) -> Option<Vec<u8>> {
    let sum = rows.iter().try_fold(0_i64, |sum, row| sum.checked_add(row.amount_minor))?;
    if rows.is_empty() || rows.iter().any(|row| row.currency != Currency::EUR || row.amount_minor > 99_999_999_999) {
        return None;
    }
    let message = bank_id(&header.run.to_string());
    let (count, sum) = (rows.len().to_string(), Money::new(sum, Currency::EUR).amount());
    let holder = name(&header.account.holder);
    let mut xml = Xml::new();
    xml.within("Document", &[("xmlns", NAMESPACE)], |xml| {
        xml.within("CstmrCdtTrfInitn", &[], |xml| {
            xml.within("GrpHdr", &[], |xml| {
                xml.text("MsgId", &message);
                xml.text("CreDtTm", &header.created_at.to_rfc3339_opts(SecondsFormat::Secs, true));
                xml.text("NbOfTxs", &count);
                xml.text("CtrlSum", &sum);
                xml.within("InitgPty", &[], |xml| xml.text("Nm", &holder));
            });
            xml.within("PmtInf", &[], |xml| {
                xml.text("PmtInfId", &message);
                xml.text("PmtMtd", "TRF");
                xml.text("BtchBookg", "false");
                xml.text("NbOfTxs", &count);
                xml.text("CtrlSum", &sum);
                xml.within("PmtTpInf", &[], |xml| xml.within("SvcLvl", &[], |xml| xml.text("Cd", "SEPA")));
                xml.within("ReqdExctnDt", &[], |xml| xml.text("Dt", &header.execute_on.to_string()));
                xml.within("Dbtr", &[], |xml| xml.text("Nm", &holder));
                xml.within("DbtrAcct", &[], |xml| iban(xml, &header.account.iban));
                xml.within("DbtrAgt", &[], |xml| {
                    xml.within("FinInstnId", &[], |xml| match &header.account.bic {
                        Some(bic) => xml.text("BICFI", bic),
                        None => xml.within("Othr", &[], |xml| xml.text("Id", "NOTPROVIDED")),
                    });
                });
                xml.text("ChrgBr", "SLEV");
                for row in rows {
                    transfer(xml, row);
                }
            });
        });
    });
    Some(xml.done())
}

fn transfer(xml: &mut Xml, row: &payout::Model) {
    xml.within("CdtTrfTxInf", &[], |xml| {
        xml.within("PmtId", &[], |xml| {
            xml.text("InstrId", &bank_id(&row.reference));
            xml.text("EndToEndId", &bank_id(&row.reference));
        });
        xml.within("Amt", &[], |xml| {
            let amount = Money::new(row.amount_minor, row.currency).amount();
            xml.text_with("InstdAmt", &[("Ccy", row.currency.code())], &amount);
        });
        xml.within("Cdtr", &[], |xml| xml.text("Nm", &name(&row.holder)));
        xml.within("CdtrAcct", &[], |xml| iban(xml, &row.iban));
        xml.within("RmtInf", &[], |xml| xml.text("Ustrd", &format!("Payout {}", bank_id(&row.reference))));
    });
}

fn iban(xml: &mut Xml, iban: &str) {
    xml.within("Id", &[], |xml| xml.text("IBAN", iban));
}

/// A name of ours as banks carry it: at most 35 characters, no underscore.
pub(crate) fn bank_id(id: &str) -> String {
    latin(id).chars().take(35).collect()
}

fn name(text: &str) -> String {
    let latin: String = latin(text).chars().take(NAME_MAX).collect();
    let trimmed = latin.trim();
    if trimmed.is_empty() { "NOTPROVIDED".to_owned() } else { trimmed.to_owned() }
}

/// The letters that every bank of SEPA takes; accents fall, other signs become hyphens.
fn latin(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd() {
        match c {
            'ß' => out.push_str("ss"),
            'Æ' | 'æ' => out.push_str("ae"),
            'Ø' | 'ø' => out.push('o'),
            'Ł' => out.push('L'),
            'ł' => out.push('l'),
            'Đ' => out.push('D'),
            'đ' => out.push('d'),
            '&' => out.push('+'),
            c if unicode_normalization::char::is_combining_mark(c) => {}
            c if c.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(c) => out.push(c),
            _ => out.push('-'),
        }
    }
    out
}

#[cfg(test)]
#[path = "pain_test.rs"]
mod tests;
