//! What the stage lacks of a merchant's standing.

use kernel::id::{AssetId, MerchantId};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use crate::bazaar::Bazaar;

impl Bazaar {
    /// A block that the merchant appealed against and that is over, an agreement that it accepted, a document that it
    /// handed in.
    pub async fn standing(&self, merchant: MerchantId) {
        let (operator, owner) = (self.t.operator(), self.t.merchant(merchant));
        let seen = async || merchants::get(&operator, merchant).await.unwrap().version;
        let why = Some("Late".to_owned());
        let step = |expected_version, reason| merchants::ChangeStatus {
            id: merchant,
            expected_version,
            reason_code: None,
            reason,
        };
        merchants::suspend(&operator, step(seen().await, why)).await.unwrap();
        merchants::appeal(&owner, merchant, "It was the carrier").await.unwrap();
        merchants::reopen(&operator, step(seen().await, None)).await.unwrap();
        let words = merchants::PublishAgreement {
            code: "terms".to_owned(),
            title: "Terms".to_owned(),
            body: "Be kind to buyers.".to_owned(),
            types: Vec::new(),
            change_note: None,
            valid_from: None,
            grace_until: Some(operator.now() + chrono::Duration::days(30)),
        };
        let terms = merchants::publish_agreement(&operator, words).await.unwrap();
        let accept = merchants::AcceptAgreement { merchant, agreement: terms.id, sha256: terms.sha256 };
        merchants::accept_agreement(&owner, accept).await.unwrap();
        merchants::add_note(&operator, merchant, "Called twice").await.unwrap();
        let contact = merchants::PartyContact {
            topic: merchants::ContactTopic::General,
            name: "Ann".to_owned(),
            email: Some("ann@kettle.example".to_owned()),
            phone: None,
        };
        let party = merchants::EditCounterparty {
            merchant: None,
            expected_version: 0,
            addresses: None,
            contacts: Some(vec![contact]),
            tax_ids: None,
        };
        merchants::edit_counterparty(&owner, party).await.unwrap();
        let asset = self.file(merchant).await;
        let licence = merchants::HandInDocument {
            merchant,
            kind: "trade_licence".to_owned(),
            title: "Licence".to_owned(),
            number: None,
            issuer: None,
            asset,
            expires_on: None,
        };
        merchants::hand_in_document(&owner, licence).await.unwrap();
    }

    /// A file of a merchant, as if it had been uploaded: the stage has no storage.
    async fn file(&self, merchant: MerchantId) -> AssetId {
        let id: AssetId = self.t.operator().new_id();
        let tx = self.t.world.db.begin_write().await.unwrap();
        let now = self.t.operator().now();
        let marks =
            |n: u32| if tx.get_database_backend() == DbBackend::Postgres { format!("${n}") } else { "?".to_owned() };
        let [id_is, owner_is, expires, created, updated] = [1, 2, 3, 4, 5].map(marks);
        let sql = format!(
            "INSERT INTO asset (id, merchant_id, kind, filename, filename_fold, content_type, byte_size, state, upload_key,
            object_key, thumbnail_state, alt, expires_at, version, created_at, updated_at)
            VALUES ({id_is}, {owner_is}, 'document', 'licence.pdf', 'licence.pdf', 'application/pdf', 1, 'ready', 'up',
            'there', 'none', '', {expires}, 1, {created}, {updated})"
        );
        let values = [id.into(), merchant.into(), now.into(), now.into(), now.into()];
        tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await.unwrap();
        tx.commit().await.unwrap();
        id
    }
}
