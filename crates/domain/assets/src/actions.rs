//! What can be allowed with assets.

use access::Action;

/// See what is made to be shown: ready images, films and models; the own assets in any state.
pub const ASSET_VIEW: Action = Action::new("asset", "view");
/// List the own assets.
pub const ASSET_READ: Action = Action::new("asset", "read");
/// Upload.
pub const ASSET_UPLOAD: Action = Action::new("asset", "upload");
/// Change what is said of an asset.
pub const ASSET_EDIT: Action = Action::new("asset", "edit");
/// Delete.
pub const ASSET_DELETE: Action = Action::new("asset", "delete");
