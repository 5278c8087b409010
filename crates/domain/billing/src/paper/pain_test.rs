#![allow(clippy::unwrap_used)]

use chrono::TimeZone as _;
use kernel::id::{MerchantId, PayoutId};
use quick_xml::Reader;
use quick_xml::events::Event;
use uuid::Uuid;

use super::*;

fn row(holder: &str, amount_minor: i64, n: u128) -> payout::Model {
    let id = PayoutId(Uuid::from_u128(n));
    payout::Model {
        id,
        run_id: PayoutRunId(Uuid::from_u128(1)),
        merchant_id: MerchantId(Uuid::from_u128(2)),
        currency: Currency::EUR,
        amount_minor,
        state: "initiated".to_owned(),
        hold_reason: None,
        via: "bank".to_owned(),
        provider_account: None,
        provider_transfer: None,
        provider_tries: 0,
        holder: holder.to_owned(),
        iban: "DE89370400440532013000".to_owned(),
        reference: id.to_string(),
        bank_reference: None,
        return_reason: None,
        created_at: at(),
        initiated_at: Some(at()),
        paid_at: None,
        returned_at: None,
        version: 1,
    }
}

fn at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap()
}

fn file(rows: &[payout::Model], bic: Option<&str>) -> Option<String> {
    let account = PayingAccount {
        holder: "Souk Märkte GmbH".to_owned(),
        iban: "DE02120300000000202051".to_owned(),
        bic: bic.map(str::to_owned),
    };
    let execute_on = at().date_naive();
    let header = Header { run: PayoutRunId(Uuid::from_u128(1)), account: &account, created_at: at(), execute_on };
    write(&header, rows).map(|bytes| String::from_utf8(bytes).unwrap())
}

/// Every element with a text, as `path text`, in the order of the file.
fn leaves(xml: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let (mut path, mut found): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => path.push(String::from_utf8(start.name().as_ref().to_vec()).unwrap()),
            Event::Text(text) => {
                let text = text.decode().unwrap();
                if !text.trim().is_empty() {
                    found.push(format!("{} {text}", path.join("/")));
                }
            }
            Event::End(_) => drop(path.pop()),
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn the_file_has_the_elements_of_the_message_in_their_order() {
    let xml = file(&[row("Łukasz & Söhne", 3_123, 5), row("Ann", 11_142, 6)], Some("BYLADEM1001")).unwrap();
    let said = leaves(&xml);
    let said: Vec<&str> = said.iter().map(|l| l.strip_prefix("Document/CstmrCdtTrfInitn/").unwrap()).collect();
    let id = "run-00000000000000000000000001";
    let expected = [
        format!("GrpHdr/MsgId {id}"),
        "GrpHdr/CreDtTm 2026-03-02T09:00:00Z".to_owned(),
        "GrpHdr/NbOfTxs 2".to_owned(),
        "GrpHdr/CtrlSum 142.65".to_owned(),
        "GrpHdr/InitgPty/Nm Souk Markte GmbH".to_owned(),
        format!("PmtInf/PmtInfId {id}"),
        "PmtInf/PmtMtd TRF".to_owned(),
        "PmtInf/BtchBookg false".to_owned(),
        "PmtInf/NbOfTxs 2".to_owned(),
        "PmtInf/CtrlSum 142.65".to_owned(),
        "PmtInf/PmtTpInf/SvcLvl/Cd SEPA".to_owned(),
        "PmtInf/ReqdExctnDt/Dt 2026-03-02".to_owned(),
        "PmtInf/Dbtr/Nm Souk Markte GmbH".to_owned(),
        "PmtInf/DbtrAcct/Id/IBAN DE02120300000000202051".to_owned(),
        "PmtInf/DbtrAgt/FinInstnId/BICFI BYLADEM1001".to_owned(),
        "PmtInf/ChrgBr SLEV".to_owned(),
    ];
    assert_eq!(said[..expected.len()], expected);
    let transfer = [
        "PmtId/InstrId pot-00000000000000000000000005",
        "PmtId/EndToEndId pot-00000000000000000000000005",
        "Amt/InstdAmt 31.23",
        "Cdtr/Nm Lukasz + Sohne",
        "CdtrAcct/Id/IBAN DE89370400440532013000",
        "RmtInf/Ustrd Payout pot-00000000000000000000000005",
    ];
    let transfer = transfer.map(|leaf| format!("PmtInf/CdtTrfTxInf/{leaf}"));
    assert_eq!(said[expected.len()..expected.len() + transfer.len()], transfer);
    assert_eq!(said.len(), expected.len() + 2 * transfer.len());
    assert!(xml.contains("<InstdAmt Ccy=\"EUR\">111.42</InstdAmt>"));
}

#[test]
fn a_bank_without_a_code_is_said_to_have_none() {
    let xml = file(&[row("Ann", 1, 5)], None).unwrap();
    assert!(
        leaves(&xml).contains(&"Document/CstmrCdtTrfInitn/PmtInf/DbtrAgt/FinInstnId/Othr/Id NOTPROVIDED".to_owned())
    );
}

#[test]
fn what_sepa_does_not_carry_has_no_file() {
    assert_eq!(file(&[], None), None);
    let dollars = payout::Model { currency: Currency::USD, ..row("Ann", 100, 5) };
    assert_eq!(file(&[dollars], None), None);
    assert_eq!(file(&[row("Ann", 100_000_000_000, 5)], None), None);
}

#[test]
fn names_keep_to_the_letters_of_sepa() {
    assert_eq!(name("Æther & Straße_Ø <x>"), "aether + Strasse-o -x-");
    assert!(name("株式会社").chars().all(|c| c == '-'));
    assert_eq!(name(&"x".repeat(100)).len(), 70);
    assert_eq!(name(" \u{301} "), "NOTPROVIDED");
}

#[test]
fn the_same_payouts_give_the_same_bytes() {
    let rows = [row("Ann", 3_123, 5)];
    assert_eq!(file(&rows, None), file(&rows, None));
}
