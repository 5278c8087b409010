//! Merchants.

pub mod agreement;
pub mod appeal;
mod books;
pub mod conversation;
pub mod counterparty;
pub mod delivery;
pub mod input;
pub mod kyc;
pub mod life;
pub mod loader;
pub mod mutation;
pub mod notes;
pub mod object;
pub mod onboarding;
pub mod papers;
pub mod query;
pub mod rating;
pub mod sync;

pub use agreement::{AgreementMutation, AgreementQuery};
pub use appeal::{MerchantAppealMutation, MerchantAppealQuery};
pub use conversation::{Conversation, ConversationMutation, ConversationQuery, Message};
pub use counterparty::CounterpartyMutation;
pub use delivery::{MerchantDeliveryMutation, MerchantDeliveryQuery};
pub use kyc::MerchantKycMutation;
pub use life::{MerchantLifeMutation, MerchantLifeQuery};
pub use loader::{CounterpartyLoader, MerchantCardLoader, MerchantLoader};
pub use mutation::MerchantsMutation;
pub use notes::{MerchantNoteMutation, MerchantNoteQuery};
pub use object::{Merchant, MerchantCard};
pub use onboarding::{OnboardingMutation, OnboardingQuery};
pub use papers::{MerchantPapersMutation, MerchantPapersQuery};
pub use query::MerchantsQuery;
pub use rating::{RatingMutation, RatingQuery};
pub use sync::{SyncMutation, SyncQuery};
