//! Use cases. Those that end in `_in_tx` are called by orders inside its own command, which has authorized.

mod bank;
mod cash;
mod dispute;
mod execute;
mod expire;
mod move_money;
mod open;
mod plan;
mod refund_by_hand;
mod settle;
mod sweep;

pub use bank::{TransferReceived, match_receipt, transfer_received};
pub use cash::{CodCollected, cod_collected_in_tx};
pub use dispute::{OpenDispute, ResolveDispute, open_dispute, resolve_dispute};
pub use execute::{Progress, execute, lookup};
pub use expire::expire_due;
pub use move_money::{CapturePart, RefundPart, capture_in_tx, refund_in_tx, void_rest_in_tx};
pub use open::{OpenPayment, authorize_again_in_tx, open_in_tx};
pub use refund_by_hand::{ConfirmRefund, confirm_refund, retry_refund};
pub use sweep::{Swept, sweep};

pub(crate) use plan::plan_for_orphan;
pub(crate) use settle::{Outcome, settle};
