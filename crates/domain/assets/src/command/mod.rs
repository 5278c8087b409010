//! What can be done, one file a use case.

mod confirm;
mod delete;
mod edit;
mod expire;
mod upload;

pub use confirm::upload_confirm;
pub use delete::delete_in_tx;
pub use edit::{AssetEdit, edit};
pub use expire::expire_uploads;
pub use upload::{UploadRequest, UploadTicket, upload_request};
