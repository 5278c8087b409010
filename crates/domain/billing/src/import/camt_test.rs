#![allow(clippy::unwrap_used)]

use super::*;

const FILE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-03T04:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id>
<FrToDt><FrDtTm>2026-03-02T00:00:00+01:00</FrDtTm><ToDtTm>2026-03-03T00:00:00+01:00</ToDtTm></FrToDt>
<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">45.88</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="EUR">188.53</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
 <BookgDt><Dt>2026-03-02</Dt></BookgDt><AcctSvcrRef>B-1</AcctSvcrRef>
 <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
  <RltdPties><Dbtr><Pty><Nm>Acme &amp; Pay</Nm></Pty></Dbtr></RltdPties>
  <RmtInf><Ustrd>Settlement PO-1 of March</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">142.65</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
 <BookgDt><Dt>2026-03-02</Dt></BookgDt><AcctSvcrRef>B-2</AcctSvcrRef>
 <NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>
  <TxDtls><Refs><EndToEndId>pot-a</EndToEndId></Refs><Amt Ccy="EUR">31.23</Amt><CdtDbtInd>DBIT</CdtDbtInd>
   <RltdPties><Cdtr><Nm>Ann</Nm></Cdtr></RltdPties></TxDtls>
  <TxDtls><Refs><EndToEndId>pot-b</EndToEndId></Refs><Amt Ccy="EUR">111.42</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls>
 </NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>"#;

fn read_eur(content: &str) -> Result<Parsed, Invalid> {
    read(content, Currency::EUR, Zone::BERLIN)
}

#[test]
fn booked_entries_are_read_and_batches_are_taken_apart() {
    let parsed = read_eur(FILE).unwrap();
    assert_eq!(parsed.balance_minor, Some(4_588));
    assert_eq!(parsed.from.unwrap().to_rfc3339(), "2026-03-01T23:00:00+00:00");
    let said: Vec<_> = parsed.lines.iter().map(|l| (l.external_id.as_str(), l.amount_minor)).collect();
    assert_eq!(said, [("B-1", 18_853), ("B-2/1", -3_123), ("B-2/2", -11_142)]);
    assert_eq!(parsed.lines[0].counterparty, "Acme & Pay");
    assert!(parsed.lines[0].references.contains(&"PO-1".to_owned()), "{:?}", parsed.lines[0].references);
    assert_eq!(parsed.lines[1].references[0], "pot-a");
    assert_eq!(parsed.lines[1].counterparty, "Ann");
    assert_eq!(parsed.lines[1].booked_at.to_rfc3339(), "2026-03-01T23:00:00+00:00");
}

#[test]
fn a_batch_whose_parts_do_not_sum_to_it_stays_one_line() {
    let parsed = read_eur(&FILE.replace(">31.23<", ">31.24<")).unwrap();
    assert_eq!(parsed.lines.iter().map(|line| line.amount_minor).collect::<Vec<_>>(), [18_853, -14_265]);
}

#[test]
fn what_is_no_statement_is_refused() {
    for (content, why) in [
        ("", "BkToCstmrStmt"),
        ("<a><b></a>", ""),
        ("<Document>", "ends within"),
        ("id,amount", "BkToCstmrStmt"),
        (FILE.replace("CRDT", "UP").as_str(), "neither CRDT nor DBIT"),
        (FILE.replace("\"EUR\"", "\"USD\"").as_str(), "is in USD"),
        (FILE.replace("&amp;", "&boom;").as_str(), "unknown entity"),
        ("<a>".repeat(40).as_str(), "too many elements"),
    ] {
        let refused = read_eur(content).unwrap_err();
        assert_eq!((refused.field.as_str(), refused.code), ("content", "MALFORMED"));
        assert!(refused.message.contains(why), "{why}: {}", refused.message);
    }
}
