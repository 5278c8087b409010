#![allow(clippy::unwrap_used)]

use kernel::id::TypedId as _;

use super::super::ContactTopic;
use super::*;

fn legal() -> Legal {
    Legal {
        legal_name: "Kettle GmbH".to_owned(),
        tax_id: Some("DE136695976".to_owned()),
        country: "DE".to_owned(),
        ..Legal::default()
    }
}

fn party() -> Counterparty {
    Counterparty::unknown(MerchantId::from_uuid(uuid::Uuid::nil()))
}

fn everything() -> PartyPatch {
    let bea = PartyContact {
        topic: ContactTopic::Finance,
        name: "Bea".into(),
        email: Some("b@k.example".into()),
        phone: None,
    };
    PartyPatch {
        legal_name: Some("Kettle SE".to_owned()),
        tax_id: Some(String::new()),
        registration_number: Some("HRB 1".to_owned()),
        seat: Some(Seat { street: None, postal_code: None, city: Some("Wien".to_owned()), country: "at".to_owned() }),
        addresses: Some(Vec::new()),
        contacts: Some(vec![bea]),
        tax_ids: None,
    }
}

#[test]
fn only_what_the_system_keeps_is_taken() {
    let (legal, party) = (legal(), party());
    let before = Known { legal: &legal, party: &party };
    for kept in SyncField::ALL {
        let (new_legal, new_party) = everything().apply(&[kept], before).unwrap();
        let changed = differences(before, Known { legal: &new_legal, party: &new_party });
        let says_nothing_new = matches!(kept, SyncField::TaxIds | SyncField::Addresses);
        assert_eq!(changed, if says_nothing_new { Vec::new() } else { vec![kept] });
    }
    let (same, party_after) = everything().apply(&[], before).unwrap();
    assert_eq!((&same, &party_after), (&legal, &party));
}

#[test]
fn it_is_normalized_like_what_people_write_and_an_empty_text_takes_away() {
    let (legal, party) = (legal(), party());
    let (after, _) = everything().apply(&SyncField::ALL, Known { legal: &legal, party: &party }).unwrap();
    assert_eq!((after.tax_id, after.country.as_str(), after.city.as_deref()), (None, "AT", Some("Wien")));
}

#[test]
fn a_fault_names_the_field_of_the_message() {
    let (legal, party) = (legal(), party());
    let fault = |change: fn(&mut PartyPatch)| {
        let mut patch = everything();
        change(&mut patch);
        patch.apply(&SyncField::ALL, Known { legal: &legal, party: &party }).unwrap_err().field
    };
    assert_eq!(fault(|of| of.seat.as_mut().unwrap().country = "XX".into()), "seat.country");
    assert_eq!(fault(|of| of.legal_name = Some(" ".into())), "legalName");
    assert_eq!(fault(|of| of.contacts.as_mut().unwrap()[0].email = Some("nobody".into())), "contacts.0.email");
}

#[test]
fn it_speaks_of_what_is_there() {
    let spoken = everything().fields();
    assert_eq!(spoken, &SyncField::ALL[..6]);
    assert!(PartyPatch::default().fields().is_empty());
    for field in SyncField::ALL {
        assert_eq!(SyncField::parse(field.as_str()), Some(field));
    }
}
