#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod answers;
mod bank;
mod blocked;
mod closings;
mod coming;
mod conversation_rules;
mod conversations;
mod create;
mod delivery;
mod documents;
mod edit;
mod life;
mod list;
mod owner;
mod party;
mod rating;
mod reach;
mod standing;
mod sync;
mod talk;

use context::{Ctx, WriteTx};
use kernel::id::MerchantId;
use merchants::{ChangeStatus, CreateMerchant, EditProfile, Legal, Merchant, Obligation, Obligations, Profile};

fn named(name: &str) -> CreateMerchant {
    CreateMerchant {
        profile: Profile {
            name: name.to_owned(),
            contact_email: "shop@merchant.example".to_owned(),
            country: "DE".to_owned(),
            handling_days: 2,
            auto_accept: false,
        },
        slug: None,
        legal: Legal { legal_name: format!("{name} GmbH"), country: "DE".to_owned(), ..Legal::default() },
        merchant_type: None,
        tier: None,
        commission_vat_ppm: None,
        approved: true,
        owner: None,
    }
}

async fn make(ctx: &Ctx, name: &str) -> Merchant {
    merchants::create(ctx, named(name)).await.unwrap()
}

fn because(merchant: &Merchant, reason: &str) -> ChangeStatus {
    ChangeStatus {
        id: merchant.id,
        expected_version: merchant.version,
        reason_code: None,
        reason: Some(reason.to_owned()),
    }
}

fn rename(merchant: &Merchant, name: &str) -> EditProfile {
    EditProfile {
        id: merchant.id,
        expected_version: merchant.version,
        name: Some(name.to_owned()),
        contact_email: None,
        country: None,
        handling_days: None,
        auto_accept: None,
    }
}

/// What is open of a merchant, as a test says.
struct Open(&'static [Obligation]);

impl Obligations for Open {
    async fn open(&self, _: &WriteTx, _: MerchantId) -> Result<Vec<Obligation>, context::Error> {
        Ok(self.0.to_vec())
    }
}

async fn history(ctx: &Ctx, merchant: &Merchant) -> Vec<history::ChangeRow> {
    let page = kernel::PageArgs::first(100);
    let id = merchant.id.to_string();
    history::list(ctx.read(), &history::ChangeFilter::of("merchant", id), Some(merchant.id), &page)
        .await
        .unwrap()
        .unwrap()
        .into_rows()
}
